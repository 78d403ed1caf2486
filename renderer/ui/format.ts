const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `bytes` with a binary unit and at most one decimal. */
export function formatBytes(bytes: number, language: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value >= 100 || unit === 0 ? 0 : 1;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${UNITS[unit] ?? 'B'}`;
}

/** `mib` mebibytes, as a person would say it. */
export function formatMib(mib: number, language: string): string {
  return formatBytes(mib * 1024 * 1024, language);
}

/** `gib` gibibytes, as a person would say it. */
export function formatGib(gib: number, language: string): string {
  return formatBytes(gib * 1024 * 1024 * 1024, language);
}

interface Units {
  readonly days: string;
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
}

const ENGLISH: Units = { days: 'd', hours: 'h', minutes: 'min', seconds: 's' };
const VIETNAMESE: Units = { days: 'ngày', hours: 'giờ', minutes: 'phút', seconds: 'giây' };

/** A stretch of `milliseconds`: `340 ms`, `6.5 s`, `2 min 5 s`, `3 h 20 min`, `5 d 2 h`. */
export function formatDuration(milliseconds: number, language: string): string {
  const number = (value: number, digits = 0): string =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  if (milliseconds < 1000) return `${number(Math.max(0, Math.round(milliseconds)))} ms`;
  const unit = language.startsWith('vi') ? VIETNAMESE : ENGLISH;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${number(seconds, seconds < 10 ? 1 : 0)} ${unit.seconds}`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), unit.minutes, whole % 60, unit.seconds);
  if (whole < 86_400)
    return pair(Math.floor(whole / 3600), unit.hours, Math.floor((whole % 3600) / 60), unit.minutes);
  return pair(Math.floor(whole / 86_400), unit.days, Math.floor((whole % 86_400) / 3600), unit.hours);
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `2 minutes ago`, from instants in milliseconds. Below five seconds: null, for the caller to say "just now". */
export function formatAge(at: number, now: number, language: string): string | null {
  const seconds = Math.round((at - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return null;
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (size < 60) return words.format(seconds, 'second');
  if (size < 3600) return words.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return words.format(Math.round(seconds / 3600), 'hour');
  return words.format(Math.round(seconds / 86_400), 'day');
}

/** An ISO instant in the person's own time zone. */
export function formatInstant(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(iso),
  );
}
