import { Button, Input, Text } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../../core/contract/index.ts';
import { shell } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { useFormat } from '../../ui/use-format.ts';
import classes from './image-form.module.css';
import type { ImageFile } from './image-draft.ts';

interface Props {
  readonly file: ImageFile | null;
  readonly onFile: (file: ImageFile) => void;
  /** what the last try was refused for */
  readonly error: ErrorBody | null;
}

/** The disk image on this computer, chosen in the desktop's own dialog. */
export function FileField({ file, onFile, error }: Props): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const hint = useId();
  const pick = useAction(async () => {
    const picked = await shell('shell.pickImage', {});
    if (picked !== null) onFile(picked);
  });
  const refused = error?.field === 'file' || error?.code.startsWith('image.') === true;
  return (
    <Input.Wrapper label={t('images.form.file')} labelElement="div">
      <div className={classes.file} data-wrong={refused || undefined}>
        <div className={classes.name}>
          {file === null ? (
            <Text size="sm" c="var(--nova-muted)" id={hint}>
              {t('images.form.fileHint')}
            </Text>
          ) : (
            <>
              <Text size="sm" fw={550} truncate title={file.path} id={hint}>
                {file.name}
              </Text>
              <Text size="xs" c="var(--nova-muted)" truncate title={file.path}>
                {format.bytes(file.size)} · {file.path}
              </Text>
            </>
          )}
        </div>
        <Button
          variant={file === null ? 'light' : 'default'}
          flex="none"
          data-autofocus
          aria-describedby={hint}
          loading={pick.busy}
          onClick={() => void pick.run()}
        >
          {file === null ? t('action.choose') : t('images.form.fileOther')}
        </Button>
      </div>
      <ErrorAlert error={pick.error} />
    </Input.Wrapper>
  );
}
