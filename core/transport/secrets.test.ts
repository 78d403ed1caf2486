import { describe, expect, it } from 'vitest';
import { HostSecretsStore, type SecretNeed, type SecretStore } from './secrets.ts';

class FakeStore implements SecretStore {
  readonly available: boolean;
  readonly values = new Map<string, string>();
  constructor(available: boolean) {
    this.available = available;
  }
  get = (key: string): Promise<string | undefined> => Promise.resolve(this.values.get(key));
  set = async (key: string, value: string): Promise<void> => void this.values.set(key, value);
  delete = async (key: string): Promise<void> => void this.values.delete(key);
}

const PASSWORD: SecretNeed = { kind: 'password', user: 'u', address: 'u@h:22', isJump: false };
const PASSPHRASE: SecretNeed = { ...PASSWORD, kind: 'passphrase' };

describe('HostSecretsStore', () => {
  it('keeps what is not to be remembered in memory only', async () => {
    const store = new FakeStore(true);
    const secrets = new HostSecretsStore(store);
    await secrets.keep('a', { password: 'p', remember: false });
    await secrets.keep('a', { passphrase: 'q', remember: false });
    expect(store.values.size).toBe(0);
    await expect(secrets.providerFor('a')(PASSWORD)).resolves.toEqual({ password: 'p' });
    await expect(secrets.providerFor('a')(PASSPHRASE)).resolves.toEqual({ passphrase: 'q' });
    await expect(secrets.providerFor('b')(PASSWORD)).resolves.toBeUndefined();
  });

  it('remembers in the key store, for the next start, until forgotten', async () => {
    const store = new FakeStore(true);
    await new HostSecretsStore(store).keep('a', { password: 'p', remember: true });
    const next = new HostSecretsStore(store);
    await expect(next.providerFor('a')(PASSWORD)).resolves.toEqual({ password: 'p' });
    await next.forget('a');
    await expect(next.providerFor('a')(PASSWORD)).resolves.toBeUndefined();
    expect(store.values.size).toBe(0);
  });

  it.each([null, new FakeStore(false)])('refuses to remember where that is not safe', async (store) => {
    const secrets = new HostSecretsStore(store);
    const kept = secrets.keep('a', { password: 'p', remember: true });
    await expect(kept).rejects.toMatchObject({ code: 'secrets.no_safe_storage' });
  });

  it("never gives a jump host the host's password", async () => {
    const secrets = new HostSecretsStore(null);
    await secrets.keep('a', { password: 'p', passphrase: 'q', remember: false });
    await expect(secrets.providerFor('a')({ ...PASSWORD, isJump: true })).resolves.toBeUndefined();
    await expect(secrets.providerFor('a')({ ...PASSPHRASE, isJump: true })).resolves.toEqual({
      passphrase: 'q',
    });
  });
});
