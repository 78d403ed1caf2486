export interface StepOptions {
  readonly signal: AbortSignal;
}

export interface TransferOptions extends StepOptions {
  /** bytes of the file that are done, holes included; bytes in all */
  readonly onProgress: (done: number, total: number) => void;
}
