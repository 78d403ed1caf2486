import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { z } from 'zod';
import { INSTANCE_TABS } from '../pages/instance/tabs.ts';
import { SCHEDULER_TABS } from '../pages/scheduler/tabs.ts';
import { Crash } from './Crash.tsx';
import { NotFound } from './NotFound.tsx';
import { Shell } from './Shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Crash });

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/instances' });
  },
});

const instances = createRoute({
  getParentRoute: () => root,
  path: '/instances',
  validateSearch: z.object({ launch: z.boolean().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../pages/instances/InstancesPage.tsx'), 'InstancesPage'),
});

const instance = createRoute({
  getParentRoute: () => root,
  path: '/instances/$id',
  validateSearch: z.object({ tab: z.enum(INSTANCE_TABS).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../pages/instance/InstancePage.tsx'), 'InstancePage'),
});

const hypervisors = createRoute({
  getParentRoute: () => root,
  path: '/hypervisors',
  validateSearch: z.object({ add: z.boolean().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../pages/hypervisors/HypervisorsPage.tsx'), 'HypervisorsPage'),
});

const flavors = createRoute({
  getParentRoute: () => root,
  path: '/flavors',
  component: lazyRouteComponent(() => import('../pages/flavors/FlavorsPage.tsx'), 'FlavorsPage'),
});

const keypairs = createRoute({
  getParentRoute: () => root,
  path: '/keypairs',
  component: lazyRouteComponent(() => import('../pages/keypairs/KeypairsPage.tsx'), 'KeypairsPage'),
});

const images = createRoute({
  getParentRoute: () => root,
  path: '/images',
  validateSearch: z.object({ add: z.boolean().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../pages/images/ImagesPage.tsx'), 'ImagesPage'),
});

const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  component: lazyRouteComponent(() => import('../pages/activity/ActivityPage.tsx'), 'ActivityPage'),
});

const scheduler = createRoute({
  getParentRoute: () => root,
  path: '/scheduler',
  validateSearch: z.object({ tab: z.enum(SCHEDULER_TABS).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../pages/scheduler/SchedulerPage.tsx'), 'SchedulerPage'),
});

const aggregates = createRoute({
  getParentRoute: () => root,
  path: '/aggregates',
  component: lazyRouteComponent(() => import('../pages/aggregates/AggregatesPage.tsx'), 'AggregatesPage'),
});

const groups = createRoute({
  getParentRoute: () => root,
  path: '/groups',
  component: lazyRouteComponent(() => import('../pages/groups/GroupsPage.tsx'), 'GroupsPage'),
});

const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  component: lazyRouteComponent(() => import('../pages/projects/ProjectsPage.tsx'), 'ProjectsPage'),
});

const differences = createRoute({
  getParentRoute: () => root,
  path: '/differences',
  component: lazyRouteComponent(() => import('../pages/differences/DifferencesPage.tsx'), 'DifferencesPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/settings/SettingsPage.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    start,
    instances,
    instance,
    hypervisors,
    flavors,
    keypairs,
    images,
    scheduler,
    aggregates,
    groups,
    projects,
    differences,
    activity,
    settings,
  ]),
  // The page's own protocol has no server that could answer a path after a reload.
  history: createHashHistory(),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
