/** Everything that goes wrong, or is done by somebody else, in a history. Times in milliseconds of elapsed time. */
export type Fault =
  /** SIGKILL; the next process starts after `down` */
  | { readonly what: 'kill'; readonly down: number }
  /** the link breaks, and may be made again at once */
  | { readonly what: 'cut' }
  /** libvirtd dies with what it was at, and is back after `down`; guests run on */
  | { readonly what: 'libvirtd'; readonly down: number }
  /** the host loses its power: guests are off */
  | { readonly what: 'power'; readonly down: number }
  | { readonly what: 'diskFull'; readonly for: number }
  /** the file cannot be written */
  | { readonly what: 'databaseFull'; readonly for: number }
  /** the wall clock is set */
  | { readonly what: 'clock'; readonly by: number }
  /** a step says no */
  | { readonly what: 'fail' }
  /** a step does not answer */
  | { readonly what: 'hang'; readonly for: number };

/** The moments of a driver's step, and of a transaction: rolled back with the process, or on disk before it died. */
export type Moment = 'before' | 'during' | 'after' | 'rolled back' | 'committed';

/** When a fault comes: at the so-manieth moment of the history. */
export interface Planned {
  readonly at: number;
  readonly fault: Fault;
}

/** A moment at which a fault may come, in the words of the tables. */
export interface Point {
  readonly at: number;
  /** task kind and step that are at work, where one is */
  readonly step: string;
  readonly moment: Moment;
  /** the driver's step */
  readonly call: string | null;
}
