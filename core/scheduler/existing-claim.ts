import type { Flavor, Image } from '../contract/index.ts';
import { claim, consumerGeneration, release } from '../placement/allocations.ts';
import { resourcesOf } from '../placement/demands.ts';
import { foreignConsumerId } from '../placement/foreign-claims.ts';
import type { Tx } from '../state/database.ts';

interface ExistingClaim {
  readonly instanceId: string;
  readonly hostId: string;
  readonly flavor: Omit<Flavor, 'createdAt' | 'revision'>;
  readonly image: Pick<Image, 'virtualSize'> | null;
  /** it counts whether there is room or not */
  readonly beyondCapacity?: boolean;
}

/**
 * Turns what a guest of somebody else's held into an instance's claim. What counted already goes on counting, also over
 * the host's capacity; what did not has to find room.
 * @throws ExpectedError `placement.no_capacity`
 */
export function claimExisting(tx: Tx, request: ExistingClaim): void {
  const { instanceId, hostId, flavor, image } = request;
  const foreignId = foreignConsumerId(hostId, instanceId);
  const counted = consumerGeneration(tx, foreignId) !== null;
  release(tx, foreignId);
  claim(tx, {
    consumerId: instanceId,
    consumerGeneration: consumerGeneration(tx, instanceId),
    shares: [
      {
        providerId: hostId,
        resources: resourcesOf({ flavor, image: image && { ...image, properties: {} } }),
      },
    ],
    beyondCapacity: counted || request.beyondCapacity === true,
  });
}
