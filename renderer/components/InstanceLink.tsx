import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './instance-link.module.css';

/** An instance's name that leads to its page. */
export function InstanceLink({ id, name }: { readonly id: string; readonly name: string }): ReactNode {
  return (
    <Link to="/instances/$id" params={{ id }} className={classes.link}>
      {name}
    </Link>
  );
}
