import { Duplex } from 'node:stream';

/** A serial line whose far end says everything again. */
export function echoConsole(greeting: string): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      stream.push(chunk);
      done();
    },
    final(done) {
      stream.push(null);
      done();
    },
  });
  stream.push(greeting);
  return stream;
}
