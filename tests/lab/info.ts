/** What a test process needs to know of a lab; plain data, so that it can cross from the global set-up to the workers. */
export interface LabInfo {
  readonly folder: string;
  /** socket of the process that keeps the lab */
  readonly control: string;
  /** private key that opens every account of every host */
  readonly key: string;
  /** of account operator */
  readonly password: string;
  readonly keeper: number;
  readonly hosts: readonly HostInfo[];
}

export interface HostInfo {
  readonly number: number;
  readonly name: string;
  /** on the lab's own switch; the machine cannot reach it, the other hosts can */
  readonly address: string;
  readonly folder: string;
  /** of 127.0.0.1, where the machine reaches the host's sshd */
  readonly port: number;
}
