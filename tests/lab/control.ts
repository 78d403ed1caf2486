import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a test may ask the process that keeps the lab. One request a connection, JSON both ways. */
export interface ControlRequest {
  readonly op: 'cut' | 'close' | 'restore' | 'powerCut' | 'powerOn' | 'down';
  /** the host's number; not for `down` */
  readonly host: number;
  /** `cut` and `close`: only after so many more bytes have passed, both directions together */
  readonly afterBytes?: number;
}

interface ControlReply {
  readonly error?: string;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** @throws Error with the keeper's words, or when there is no keeper at `path` */
export async function ask(path: string, request: ControlRequest): Promise<void> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.end(JSON.stringify(request));
  const reply = JSON.parse((await readAll(socket)) || '{"error":"the lab is gone"}') as ControlReply;
  if (reply.error !== undefined) throw new Error(`${request.op} of lab host ${request.host}: ${reply.error}`);
}

/** Serves requests at `path` until closed. */
export async function serveControl(
  path: string,
  handle: (request: ControlRequest) => Promise<void>,
): Promise<Server> {
  const answer = async (socket: Socket): Promise<void> => {
    const reply: ControlReply = await readAll(socket)
      .then((text) => handle(JSON.parse(text) as ControlRequest))
      .then(
        () => ({}),
        (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
      );
    socket.end(JSON.stringify(reply));
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    void answer(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}
