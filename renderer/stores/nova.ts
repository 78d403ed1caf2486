import { useMemo } from 'react';
import { create } from 'zustand';
import type { ContractEvent, ErrorBody, WindowBridge } from '../../core/contract/index.ts';
import { toErrorBody } from '../../core/domain/errors.ts';
import { call } from '../api/client.ts';
import { applyEvent, applyList, emptyNova, type CollectionName, type ItemOf, type Nova } from './apply.ts';
import type { Collection, Revised } from './collection.ts';

interface NovaStore extends Nova {
  /** why the first lists could not be read */
  readonly problem: ErrorBody | null;
}

export const useNova = create<NovaStore>()(() => ({ ...emptyNova, problem: null }));

function take(events: readonly ContractEvent[]): void {
  useNova.setState((state) => ({ ...state, ...events.reduce<Nova>(applyEvent, state) }));
}

async function load(name: CollectionName, list: Promise<readonly Revised[]>): Promise<void> {
  const values = await list;
  useNova.setState((state) => ({ ...state, ...applyList(state, name, values) }));
}

/**
 * Fills the store and keeps it fed. Subscribes first and lists after, so that nothing which happens in between is lost.
 * @returns a function that stops feeding
 */
export function feedNova(bridge: WindowBridge): () => void {
  const stop = bridge.subscribe(take);
  Promise.all([
    load('instances', call('instance.list', {})),
    load('hosts', call('host.list', {})),
    load('flavors', call('flavor.list', {})),
    load('keypairs', call('keypair.list', {})),
    load('images', call('image.list', {})),
    load('tasks', call('task.list', {})),
    load('projects', call('project.list', {})),
    load('aggregates', call('aggregate.list', {})),
    load('serverGroups', call('serverGroup.list', {})),
    call('settings.get', {}).then((settings) => useNova.setState({ settings })),
  ]).catch((failure: unknown) => useNova.setState({ problem: toErrorBody(failure) }));
  return stop;
}

function collectionOf<N extends CollectionName>(nova: Nova, name: N): Collection<ItemOf<N>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot pair a name with its item type
  return nova[name] as Collection<ItemOf<N>>;
}

/** All items of one kind, in no order; the array changes only when an item does. */
export function useList<N extends CollectionName>(name: N): readonly ItemOf<N>[] {
  const items = useNova((state) => collectionOf(state, name).items);
  return useMemo(() => [...items.values()], [items]);
}

export function useItem<N extends CollectionName>(name: N, id: string | null): ItemOf<N> | undefined {
  return useNova((state) => (id === null ? undefined : collectionOf(state, name).items.get(id)));
}
