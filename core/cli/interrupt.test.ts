import { expect, it } from 'vitest';
import { Interrupted, orAbort } from './interrupt.ts';

const tick = () => new Promise(setImmediate);

it('hands on how the work ended, unless it is interrupted first', async () => {
  const { signal } = new AbortController();
  await expect(orAbort(signal, Promise.resolve(1))).resolves.toBe(1);
  await expect(orAbort(signal, Promise.reject(new Error('broke')))).rejects.toThrow('broke');
  const controller = new AbortController();
  const waiting = orAbort(controller.signal, new Promise<never>(() => undefined));
  controller.abort(new Interrupted(130));
  await expect(waiting).rejects.toMatchObject({ exitCode: 130 });
});

it('leaves no failure unheard of work that was begun too late', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', hear);
  const late = Promise.withResolvers<never>();
  await expect(orAbort(AbortSignal.abort(new Interrupted(130)), late.promise)).rejects.toBeInstanceOf(
    Interrupted,
  );
  late.reject(new Error('gone'));
  await tick();
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
