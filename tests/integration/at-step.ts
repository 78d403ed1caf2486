import type { ComputeDriver } from '../../core/compute/driver.ts';
import type { ControlPlaneOptions } from '../../core/control-plane.ts';

/** `during`: the host has the request, and has not answered it. */
export const MOMENTS = ['before', 'during', 'after'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Point {
  /** method of the driver */
  readonly step: string;
  readonly moment: Moment;
}

/** milliseconds for a request to reach the host: less than any step takes there, more than the way */
const UNDER_WAY = 4;

/** Calls `then` once, when a step of the driver has come to this moment; what is returned is waited for. */
export function atStep(
  { step, moment }: Point,
  then: () => Promise<void> | void,
): NonNullable<ControlPlaneOptions['around']> {
  let isOver = false;
  const meet = async (now: Moment): Promise<void> => {
    if (isOver || now !== moment) return;
    isOver = true;
    await then();
  };
  const around =
    (method: (...args: unknown[]) => Promise<unknown>, driver: ComputeDriver) =>
    async (...args: unknown[]): Promise<unknown> => {
      await meet('before');
      const answer = method.apply(driver, args);
      answer.catch(() => undefined);
      if (moment === 'during' && !isOver) {
        await new Promise((resolve) => setTimeout(resolve, UNDER_WAY));
        await meet('during');
      }
      const value = await answer;
      await meet('after');
      return value;
    };
  const within = (driver: ComputeDriver): ComputeDriver =>
    new Proxy(driver, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every step of a driver is a method that promises
        return name === step ? around(value as (...args: unknown[]) => Promise<unknown>, target) : value;
      },
    });
  return (open) => async (host, options) => within(await open(host, options));
}
