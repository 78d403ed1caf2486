/** The instant as the contract's Timestamp: ISO 8601 in UTC with milliseconds. */
export function timestamp(at: Date = new Date()): string {
  return at.toISOString();
}
