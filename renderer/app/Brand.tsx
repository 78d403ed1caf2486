import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './shell.module.css';

/** A small star, and the name. */
export function Brand(): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={classes.brand}>
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        <path
          d="M10 1c.7 5.2 2.800 7.600 9 9-6.200 1.400-8.300 3.800-9 9-.7-5.200-2.800-7.600-9-9 6.200-1.400 8.300-3.800 9-9z"
          fill="var(--nova-busy)"
        />
      </svg>
      {t('app.name')}
    </div>
  );
}
