import { z } from 'zod';
import { Deleted, Name, Nothing, RefInput, Revision, Timestamp } from './common.ts';
import { read, write } from './method.ts';

export const Keypair = z.strictObject({
  id: z.string(),
  name: Name,
  type: z.enum(['ssh', 'x509']),
  /** `SHA256:…`, as ssh-keygen prints it */
  fingerprint: z.string(),
  /** colon-separated MD5, as Nova prints it */
  fingerprintMd5: z.string(),
  publicKey: z.string(),
  createdAt: Timestamp,
  revision: Revision,
});
export type Keypair = z.infer<typeof Keypair>;

export const keypairMethods = {
  /**
   * With `publicKey`: import. Without: a new ed25519 pair, whose private half (OpenSSH format) is in this one answer
   * and nowhere else.
   */
  'keypair.create': write(
    z.strictObject({ name: Name, publicKey: z.string().max(16_384).optional() }),
    z.strictObject({ keypair: Keypair, privateKey: z.string().nullable() }),
  ),
  /** Public keys found in `~/.ssh` of the desktop, to be offered for import. */
  'keypair.discover': read(
    Nothing,
    z.array(z.strictObject({ path: z.string(), publicKey: z.string(), fingerprint: z.string() })),
  ),
  'keypair.list': read(Nothing, z.array(Keypair)),
  'keypair.show': read(RefInput, Keypair),
  'keypair.delete': write(RefInput, Deleted),
};
