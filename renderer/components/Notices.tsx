import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useQuery } from '../api/use-query.ts';

/** What set-up has to say, e.g. that this computer has no libvirt. */
export function Notices(): ReactNode {
  const { data } = useQuery('system.status', {});
  return data?.notices.map((notice) => (
    <Alert key={notice} color="blue" variant="light" mb="md">
      {notice}
    </Alert>
  ));
}
