/** One Micronova, that is, one data folder. */
export interface ControlId {
  /** made once for each data folder */
  readonly id: string;
  /** `account@computer`, for people */
  readonly name: string;
}
