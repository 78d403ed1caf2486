import type { ReactNode } from 'react';
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { useCopy } from '../../components/use-clipboard.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { CopyIcon, RefreshIcon } from '../../ui/icons.tsx';
import classes from './instance-page.module.css';

/** The domain as libvirt has it now, without its secrets. */
export function XmlTab({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const { data, error, reload } = useQuery('instance.xml', { ref: instance.id }, instance.vmState);
  return (
    <>
      <div className={classes.bar}>
        <Button variant="default" leftSection={<RefreshIcon size={13} />} onClick={reload}>
          {t('action.refresh')}
        </Button>
        {data && (
          <Button variant="default" leftSection={<CopyIcon size={13} />} onClick={() => copy(data.xml)}>
            {t('action.copy')}
          </Button>
        )}
      </div>
      <ErrorAlert error={error} />
      {data && <pre className={`${classes.text} ${classes.light}`}>{data.xml}</pre>}
    </>
  );
}
