/**
 * What the use cases ask of the rooms. Every room implements its interface as plain
 * functions; the worker pool carries the heavy ones on threads behind the same interface.
 * All inputs and outputs survive structured cloning.
 */
import type { Preview } from '../../../shared/domain/files/preview.ts'
import type {
  BringHomeInput,
  CleanInput,
  CleanOutput,
  CleanReport,
  CompareDefinitionsInput,
  CompareDefinitionsOutput,
  ComparedRowsInput,
  HandOverInput,
  PrepareInput,
  PrepareOutput,
  ProfileInput,
  ProfileOutput,
  SimilarInput,
  SimilarOutput,
  SuggestInput,
  SuggestOutput,
  TreatInput,
} from './cleaning.ts'
import type { Control } from './control.ts'
import type { ComparedRow } from '../../../shared/domain/recipe/compared.ts'
import type { LookRow } from '../../../shared/domain/files/look.ts'
import type {
  CutInput,
  CutOutput,
  EffectInput,
  EffectOutput,
  EffectReport,
  WorkInput,
  WorkOutput,
} from './effects.ts'
import type {
  TakeExtractInput,
  TakeExtractOutput,
  TryExtractInput,
  TryExtractOutput,
} from './extracting.ts'
import type { FetchInput, FetchOutput, FetchReport } from './fetching.ts'
import type { FindInput, PageInput, SelectInput } from './looking.ts'
import type { LookOutput, PreviewInput, ReadInput, ReadOutput, ReadReport } from './reading.ts'
import type {
  PublishControl,
  PublishInput,
  SimulateInput,
  SimulateOutput,
  SimulateReport,
  Place,
  ProduceInput,
  ResetGroupInput,
  ResetPlanInput,
  CutBatchInput,
  TakeBatchInput,
  TakeHeldInput,
  TakeHeldOutput,
  TailControl,
  TailInput,
  TopicInput,
  TopicNow,
  TopicNowInput,
  TopicOffsets,
  TopicsInput,
} from './streaming.ts'
import type {
  FetchBlobInput,
  FetchBlobReport,
  UploadAnswers,
  UploadInput,
  UploadOutput,
  UploadPlan,
  UploadPlanInput,
  UploadReport,
} from './uploading.ts'
import type { ResetPlan } from '../../../shared/domain/streams/groupReset.ts'
import type { GroupView, OffsetRange } from '../../../shared/domain/streams/stream.ts'
import type { Published } from '../../../shared/domain/streams/topic.ts'
import type { Overlap } from '../../../shared/domain/runs/decision.ts'
import type { ControlTotals } from '../../../shared/domain/runs/controlTotals.ts'
import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import type {
  CleanThereInput,
  CleanThereOutput,
  ColumnValuesInput,
  ColumnValuesOutput,
  CompareInput,
  CompareOutput,
  ContentsInput,
  ContentsOutput,
  DeliveriesInput,
  EraseInFileInput,
  EraseRowsInput,
  EraseRowsOutput,
  FileTotalsInput,
  ForeseeOutput,
  LoadInput,
  LoadOutput,
  LoadReport,
  MeasureInput,
  MeasureOutput,
  MessagesInput,
  RemoveThereInput,
  QueryInput,
  QueryOutput,
  TableTotalsInput,
  TableTotalsOutput,
  UndoInput,
  UndoOutput,
  UndoReport,
} from './warehouse.ts'

/** The heavy work, by task name: what the pool carries. */
export interface Rooms {
  fetch(input: FetchInput, control: Control<FetchReport>): Promise<FetchOutput>
  preview(input: PreviewInput, control: Control<never>): Promise<Preview>
  read(input: ReadInput, control: Control<ReadReport>): Promise<ReadOutput>
  /** As `read`, of a file that is only looked at. */
  readToLook(input: ReadInput, control: Control<ReadReport>): Promise<LookOutput>
  page(input: PageInput, control: Control<never>): Promise<LookRow[]>
  find(input: FindInput, control: Control<never>): Promise<number | null>
  /** Which records a filter and an order choose; answers how many. */
  select(input: SelectInput, control: Control<never>): Promise<number>
  /** Records as they stand in the file; answers which pieces of it they are. */
  cut(input: CutInput, control: Control<never>): Promise<CutOutput>
  /** What a recipe does to the file, and to rows that were cut out of it. */
  effect(input: EffectInput, control: Control<EffectReport>): Promise<EffectOutput>
  work(input: WorkInput, control: Control<never>): Promise<WorkOutput>
  clean(input: CleanInput, control: Control<CleanReport>): Promise<CleanOutput>
  /** Writes the output file of clean rows of which some columns may not leave as they are; answers its bytes. */
  treat(input: TreatInput, control: Control<never>): Promise<number>
  /** Writes records, and the SQL that cleans them elsewhere; answers its size in bytes. */
  handOver(input: HandOverInput, control: Control<never>): Promise<number>
  /** Makes records ready for a warehouse that cleans them, has it clean them, and writes the quarantine of what it has held back. */
  prepareThere(input: PrepareInput, control: Control<never>): Promise<PrepareOutput>
  cleanThere(input: CleanThereInput, control: Control<LoadReport>): Promise<CleanThereOutput>
  /** Takes away what cleaning there has left of a run; answers how many tables it was. */
  removeThere(input: RemoveThereInput, control: Control<never>): Promise<number>
  bringHome(input: BringHomeInput, control: Control<never>): Promise<number>
  /** Which rows of a file two definitions make otherwise. */
  compareDefinitions(
    input: CompareDefinitionsInput,
    control: Control<never>,
  ): Promise<CompareDefinitionsOutput>
  comparedRows(input: ComparedRowsInput, control: Control<never>): Promise<ComparedRow[]>
  profile(input: ProfileInput, control: Control<never>): Promise<ProfileOutput>
  suggest(input: SuggestInput, control: Control<never>): Promise<SuggestOutput>
  similar(input: SimilarInput, control: Control<never>): Promise<SimilarOutput>
  upload(input: UploadInput, control: Control<UploadReport, UploadAnswers>): Promise<UploadOutput>
  /** Says what `upload` would do, and does nothing. */
  planUpload(
    input: UploadPlanInput,
    control: Control<UploadReport, Pick<UploadAnswers, 'token'>>,
  ): Promise<UploadPlan>
  /** Brings a verified blob back to this computer. */
  fetchBlob(
    input: FetchBlobInput,
    control: Control<FetchBlobReport, Pick<UploadAnswers, 'token'>>,
  ): Promise<FetchOutput>
  load(input: LoadInput, control: Control<LoadReport>): Promise<LoadOutput>
  foresee(input: LoadInput, control: Control<never>): Promise<ForeseeOutput>
  /** How a file and the table it would be added to overlap; null: there is none. */
  weigh(input: LoadInput, control: Control<never>): Promise<Overlap | null>
  deliveries(input: DeliveriesInput, control: Control<never>): Promise<Delivery[]>
  contents(input: ContentsInput, control: Control<never>): Promise<ContentsOutput>
  compareRows(input: CompareInput, control: Control<never>): Promise<CompareOutput>
  /** Rows of a person: counted, or taken out. */
  eraseRows(input: EraseRowsInput, control: Control<never>): Promise<EraseRowsOutput>
  eraseInFile(input: EraseInFileInput, control: Control<never>): Promise<number>
  undo(input: UndoInput, control: Control<UndoReport>): Promise<UndoOutput>
  /** What an output file adds up to, and the rows of its run in their table. */
  fileTotals(input: FileTotalsInput, control: Control<never>): Promise<ControlTotals>
  tableTotals(input: TableTotalsInput, control: Control<never>): Promise<TableTotalsOutput>
  /** What the rows of an output file are, or of the beginning of one. */
  measure(input: MeasureInput, control: Control<never>): Promise<MeasureOutput>
  /** Writes the values of columns of a table to a file; null: it has no such columns. */
  columnValues(
    input: ColumnValuesInput,
    control: Control<never>,
  ): Promise<ColumnValuesOutput | null>
  query(input: QueryInput, control: Control<never>): Promise<QueryOutput>
  /** The topics of a connection, by name. */
  topics(input: TopicsInput, control: Control<never>): Promise<TopicOffsets[]>
  /** Whoever reads a topic together, by name. */
  groups(input: TopicInput, control: Control<never>): Promise<GroupView[]>
  /** Writes the rows of an output file as messages, a line each. */
  messages(input: MessagesInput, control: Control<never>): Promise<void>
  /** Messages of a file to a topic, each once; answers what was published, by partition. */
  publish(input: PublishInput, control: PublishControl): Promise<readonly Published[]>
  /** Which offsets of a topic are there. */
  topicNow(input: TopicNowInput, control: Control<never>): Promise<TopicNow>
  /** Brings records of a topic here, as a file. */
  /** Writes one record; answers where it lies. */
  produce(input: ProduceInput, control: Control<never>): Promise<Place>
  /** Where a group would go on from, and where it is. */
  resetPlan(input: ResetPlanInput, control: Control<never>): Promise<ResetPlan>
  resetGroup(input: ResetGroupInput, control: Control<never>): Promise<void>
  /** Records of places in a topic, as they are there now. */
  takeHeld(input: TakeHeldInput, control: Control<never>): Promise<TakeHeldOutput>
  /** Plans: what of the ranges has at most so many bytes. */
  cutBatch(input: CutBatchInput, control: Control<never>): Promise<OffsetRange[]>
  takeBatch(input: TakeBatchInput, control: Control<FetchReport>): Promise<FetchOutput>
  /** Brings what an API lists here, as a file; `tryExtract`: only its first page, of which nothing is kept. */
  takeExtract(input: TakeExtractInput, control: Control<FetchReport>): Promise<TakeExtractOutput>
  tryExtract(input: TryExtractInput, control: Control<never>): Promise<TryExtractOutput>
  /** Tells the records of a topic as they come; answers how many it has told. */
  tail(input: TailInput, control: TailControl): Promise<number>
  /** Writes sales to a topic, as tills would. */
  simulate(input: SimulateInput, control: Control<SimulateReport>): Promise<SimulateOutput>
}
