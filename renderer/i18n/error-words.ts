import type { ErrorBody } from '../../core/contract/index.ts';
import { errors as en } from './en/errors.ts';
import { errors as vi } from './vi/errors.ts';

/** A failure as a person reads it. */
export interface ErrorText {
  readonly title: string;
  /** what exactly, with names and figures, in the control plane's own (English) words */
  readonly detail: string;
  readonly remedy: string | null;
}

/**
 * The one translator of failures. The control plane's own sentence names things and is kept as the detail; title and
 * remedy come in the person's language, and in English the control plane's remedy, which knows the case, wins.
 */
export function errorText(language: string, error: ErrorBody): ErrorText {
  const words = (language.startsWith('vi') ? vi : en)[error.code];
  const remedy = language.startsWith('vi') ? words.remedy : (error.remedy ?? words.remedy);
  return { title: words.title, detail: error.message, remedy };
}
