import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** How a person left a table: hidden columns and order. */
export interface TableView {
  readonly hidden: readonly string[];
  readonly sort: { readonly id: string; readonly desc: boolean } | null;
}

interface ViewStore {
  readonly tables: Readonly<Record<string, TableView>>;
  readonly setTable: (id: string, view: TableView) => void;
}

/** Remembered on this computer only; nothing here is worth a row in the database. */
export const useView = create<ViewStore>()(
  persist(
    (set) => ({
      tables: {},
      setTable: (id, view) => set((state) => ({ tables: { ...state.tables, [id]: view } })),
    }),
    { name: 'micronova.view' },
  ),
);
