/** Persons who are taken out wherever Pallet has put them. */
import { z } from 'zod'
import { EraseInput, Erasure, Found } from '../domain/privacy/erasure.ts'
import { call } from './call.ts'

export const erasures = {
  /** Where somebody is, and how often; nothing is changed. */
  find: call.input(EraseInput).output(Found),
  /** Takes them out; asked for again after it was cut off, it goes on. Answers the protocol. */
  erase: call.input(EraseInput).output(Erasure),
  /** All protocols, oldest first. */
  list: call.output(z.array(Erasure)),
}
