import { describe, expect, test } from 'vitest'
import { isPressed, keyWords } from '../../../renderer/core/commands.ts'

const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
})

describe('the keys of a command', () => {
  test('are Ctrl or Cmd with a letter, whatever the case', () => {
    const keys = { with: 'ctrl', key: 'k' } as const
    expect(isPressed(keys, press('k', { ctrlKey: true }))).toBe(true)
    expect(isPressed(keys, press('K', { metaKey: true }))).toBe(true)
    expect(isPressed(keys, press('k'))).toBe(false)
    // AltGr is Ctrl with Alt, and types characters.
    expect(isPressed(keys, press('k', { ctrlKey: true, altKey: true }))).toBe(false)
  })

  test('are Alt with a digit, also where that types another character', () => {
    const keys = { with: 'alt', key: '2' } as const
    expect(isPressed(keys, press('2', { altKey: true }))).toBe(true)
    expect(isPressed(keys, press('™', { code: 'Digit2', altKey: true }))).toBe(true)
    expect(isPressed(keys, press('2', { code: 'Digit2' }))).toBe(false)
  })

  test('are a character by itself, however a keyboard makes it', () => {
    const keys = { with: 'none', key: '?' } as const
    expect(isPressed(keys, press('?', { code: 'Minus' }))).toBe(true)
    expect(isPressed(keys, press('?', { ctrlKey: true }))).toBe(false)
  })

  test('are named as the computer names them', () => {
    expect(keyWords({ with: 'ctrl', key: 'k' }, false)).toBe('Ctrl+K')
    expect(keyWords({ with: 'ctrl', key: 'k' }, true)).toBe('⌘K')
    expect(keyWords({ with: 'ctrl', key: 'Enter' }, false)).toBe('Ctrl+Enter')
    expect(keyWords({ with: 'none', key: '?' }, false)).toBe('?')
  })
})
