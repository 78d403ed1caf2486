import type { AnyAuthMethod, AuthenticationType, ParsedKey, Prompt } from 'ssh2';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import { GuardedAgent } from './agent.ts';
import { loadPrivateKey, publicHalf } from './private-key.ts';
import type { Hop } from './route.ts';
import type { SecretNeed, SecretsProvider } from './secrets.ts';

/** One way of logging in that has not been tried yet. */
interface Candidate {
  readonly type: 'publickey' | 'password' | 'keyboard-interactive';
  /** what it was, for the error's words; null: it turned out to be none */
  make(): Promise<AnyAuthMethod | null>;
}

const AGENT_DEADLINE = 5000;
const KEY_TROUBLE = [
  'transport.passphrase_wrong',
  'transport.passphrase_needed',
  'transport.key_unreadable',
] as const;

/**
 * Offers, one after the other, what a hop allows and the server takes: keys (those of the identity files that the agent
 * holds, the files themselves, the agent's others), then keyboard-interactive and password. RFC 4252 section 5.
 */
export class Login {
  readonly #hop: Hop;
  readonly #secrets: SecretsProvider;
  readonly #tried: string[] = [];
  readonly #trouble: ExpectedError[] = [];
  #candidates: Candidate[] | null = null;
  #serverTakes: readonly string[] = [];
  #passwordAsked = false;
  #passwordGiven = false;
  #passwordRefused = false;
  #unansweredPrompt: string | null = null;
  /** what the last offer was: once logged in, the way that worked */
  current = 'none';

  constructor(hop: Hop, secrets: SecretsProvider | undefined) {
    this.#hop = hop;
    this.#secrets = secrets ?? (async () => undefined);
  }

  /**
   * @param left what the server still takes; null at first, when it has not said so
   * @returns null when nothing is left to offer
   */
  async next(left: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | null> {
    const username = this.#hop.user;
    // Asking with "none" is how a server is made to tell what it takes. RFC 4252 section 5.2.
    if (left === null) return { type: 'none', username };
    this.#serverTakes = left;
    this.#candidates ??= await this.#listCandidates();
    for (;;) {
      const index = this.#candidates.findIndex((candidate) => left.includes(candidate.type));
      const [candidate] = index < 0 ? [] : this.#candidates.splice(index, 1);
      if (candidate === undefined) return null;
      const method = await candidate.make();
      if (method !== null) return method;
    }
  }

  /** ssh2 tells of an agent or a key that cannot sign by an event, and goes on to the next. */
  note(problem: Error): void {
    this.#tried.push(problem.message);
  }

  async #listCandidates(): Promise<Candidate[]> {
    const { agent, identityFiles, identitiesNamed, identitiesOnly } = this.#hop;
    const halves = await Promise.all(identityFiles.map(publicHalf));
    const known = halves.filter((half) => half !== null);
    const fromAgent = (matching: boolean): Candidate[] =>
      agent === null ? [] : [this.#agentCandidate(agent, { of: known, matching })];
    const files = identityFiles.map((file) => this.#fileCandidate(file));
    const others = identitiesOnly ? [] : fromAgent(false);
    return [
      ...fromAgent(true),
      // Keys that somebody named come before the agent's others, which may use up the server's patience.
      ...(identitiesNamed ? [...files, ...others] : [...others, ...files]),
      { type: 'keyboard-interactive', make: () => this.#keyboard() },
      { type: 'password', make: () => this.#password() },
    ];
  }

  #agentCandidate(path: string, choice: { of: readonly Buffer[]; matching: boolean }): Candidate {
    return {
      type: 'publickey',
      make: async () => {
        if (choice.matching && choice.of.length === 0) return null;
        this.#offer(choice.matching ? 'the same keys from the SSH agent' : 'the keys of the SSH agent');
        const agent = new GuardedAgent(path, choice, AGENT_DEADLINE);
        return { type: 'agent', username: this.#hop.user, agent };
      },
    };
  }

  #fileCandidate(file: string): Candidate {
    return {
      type: 'publickey',
      make: async () => {
        const key = await this.#loadKey(file);
        if (key === null) return null;
        this.#offer(`the key ${file}`);
        return { type: 'publickey', username: this.#hop.user, key };
      },
    };
  }

  async #loadKey(file: string): Promise<ParsedKey | null> {
    try {
      return await loadPrivateKey(file, async () => {
        const secrets = await this.#secrets({ ...this.#need('passphrase'), keyFile: file });
        return secrets?.passphrase;
      });
    } catch (error) {
      if (!isExpected(error, ...KEY_TROUBLE)) throw error;
      const worthAWord = this.#hop.identitiesNamed || error.code !== 'transport.key_unreadable';
      if (worthAWord) this.#trouble.push(error);
      return null;
    }
  }

  #need(kind: SecretNeed['kind']): SecretNeed {
    const { user, label, isJump } = this.#hop;
    return { kind, user, address: label, isJump };
  }

  async #askPassword(): Promise<string | undefined> {
    this.#passwordAsked = true;
    const secrets = await this.#secrets(this.#need('password'));
    this.#passwordGiven ||= secrets?.password !== undefined;
    return secrets?.password;
  }

  async #password(): Promise<AnyAuthMethod | null> {
    // The same password once more would only count as one more failure.
    if (this.#passwordRefused) return null;
    const password = await this.#askPassword();
    if (password === undefined) return null;
    this.#offer('a password');
    return { type: 'password', username: this.#hop.user, password };
  }

  async #keyboard(): Promise<AnyAuthMethod | null> {
    const password = await this.#askPassword();
    if (password === undefined) return null;
    this.#offer('a password (keyboard-interactive)');
    let used = false;
    const answer = (prompts: readonly Prompt[]): string[] =>
      prompts.map(({ prompt, echo }) => {
        if (!used && echo !== true) {
          used = true;
          this.#passwordRefused = true;
          return password;
        }
        this.#unansweredPrompt = prompt.trim();
        return '';
      });
    return {
      type: 'keyboard-interactive',
      username: this.#hop.user,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(answer(prompts)),
    };
  }

  #offer(what: string): void {
    this.current = what;
    this.#tried.push(what);
  }

  /** Why nobody could log in: a locked key first, for that is what a person can mend at once. */
  failure(cause?: unknown): ExpectedError {
    for (const code of KEY_TROUBLE) {
      const trouble = this.#trouble.find((error) => error.code === code);
      if (trouble !== undefined && !this.#passwordGiven) return trouble;
    }
    const { label } = this.#hop;
    const tried =
      this.#tried.length === 0 ? 'there was nothing to offer' : `offered: ${this.#tried.join(', ')}`;
    const takes = this.#serverTakes.join(', ') || 'nothing';
    const prompt = this.#unansweredPrompt === null ? '' : ` It also asked "${this.#unansweredPrompt}".`;
    return new ExpectedError(
      'transport.auth_failed',
      `${label} let nobody in: it takes ${takes}; ${tried}.${prompt}`,
      {
        cause,
        remedy: this.#remedy(),
        details: { takes: this.#serverTakes, ...(this.#passwordAsked && { needs: 'password' }) },
      },
    );
  }

  #remedy(): string {
    const { user, host, port, isJump } = this.#hop;
    if (this.#unansweredPrompt !== null) return 'Use a key: one-time codes cannot be answered here.';
    const copy = `ssh-copy-id${port === 22 ? '' : ` -p ${port}`} ${user}@${host}`;
    const byKey = `Check the user name, and put your public key there with: ${copy}`;
    if (!this.#passwordAsked) return byKey;
    if (isJump) return `A jump host is never sent the host's password. ${byKey}`;
    return this.#passwordGiven
      ? `Check user name and password, or use a key: ${copy}`
      : `Give the password, or use a key: ${copy}`;
  }
}
