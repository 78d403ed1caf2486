import ssh2, { type BaseAgent, type ParsedKey } from 'ssh2';
import { sha1Refused } from './private-key.ts';

type Keys = Parameters<BaseAgent<ParsedKey>['getIdentities']>[0];
type Signed = (error?: Error | null, signature?: Buffer) => void;
interface SignOptions {
  readonly hash?: string;
}

/** Which of the agent's keys to offer: those of the identity files, or all the others. */
export interface KeyChoice {
  readonly of: readonly Buffer[];
  readonly matching: boolean;
}

// A server ends the login after six keys (MaxAuthTries); the last tries are left for a password.
const MOST_KEYS = 5;

/** The user's SSH agent, with the keys in a chosen order, a deadline for its answer, and without SHA-1. */
export class GuardedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #inner: BaseAgent;
  readonly #choice: KeyChoice;
  readonly #deadline: number;
  offered = 0;

  constructor(path: string, choice: KeyChoice, deadline: number) {
    super();
    this.#inner = ssh2.createAgent(path);
    this.#choice = choice;
    this.#deadline = deadline;
  }

  override getIdentities(done: Keys): void {
    let over = false;
    const settle: Keys = (error, keys) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      done(error, keys);
    };
    const timer = setTimeout(() => settle(new Error('the SSH agent does not answer')), this.#deadline);
    this.#inner.getIdentities((error, keys) => settle(error, error ? undefined : this.#choose(keys ?? [])));
  }

  #choose(keys: readonly unknown[]): ParsedKey[] {
    const chosen = keys.filter(isParsedKey).filter((key) => {
      const blob = key.getPublicSSH();
      return this.#choice.of.some((wanted) => wanted.equals(blob)) === this.#choice.matching;
    });
    this.offered = Math.min(chosen.length, MOST_KEYS);
    return chosen.slice(0, MOST_KEYS);
  }

  override sign(key: ParsedKey, data: Buffer, options: SignOptions | Signed, callback?: Signed): void {
    const done = typeof options === 'function' ? options : callback;
    const hash = typeof options === 'function' ? undefined : options.hash;
    if (done === undefined) return;
    if (hash === 'sha256' || hash === 'sha512') this.#inner.sign(key, data, { hash }, done);
    else if (key.type === 'ssh-rsa') done(sha1Refused());
    else this.#inner.sign(key, data, done);
  }
}

function isParsedKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key;
}
