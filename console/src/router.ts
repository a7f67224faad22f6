import { createRouter, createWebHistory, type RouteLocationNormalized, type Router } from 'vue-router';
import { useSession } from './session/session-store.ts';

declare module 'vue-router' {
  interface RouteMeta {
    theme?: 'dark';
    /** Without the desk's bar and navigation: the phone and the wall. */
    isBare?: boolean;
    /** The phone: its own banner tells of the network and of what waits. */
    isPhone?: boolean;
    isPublic?: boolean;
  }
}

const PHONE = { isBare: true, isPhone: true };

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', redirect: () => homeOf(useSession()) },
      { path: '/login', component: () => import('./session/LoginView.vue'), meta: { isBare: true, isPublic: true } },
      { path: '/alarms/:id?', name: 'alarms', component: () => import('./alarms/AlarmDeskView.vue') },
      { path: '/wall', component: () => import('./wall/WallDeskView.vue') },
      {
        path: '/wall/:screen',
        component: () => import('./wall/WallScreenView.vue'),
        props: true,
        meta: { theme: 'dark', isBare: true },
      },
      { path: '/patrol', component: () => import('./patrol/PatrolListView.vue'), meta: PHONE },
      { path: '/patrol/outbox', component: () => import('./patrol/outbox/OutboxView.vue'), meta: PHONE },
      {
        path: '/patrol/task/:task',
        component: () => import('./patrol/PatrolTaskView.vue'),
        props: true,
        meta: PHONE,
      },
      {
        path: '/patrol/:alarm',
        component: () => import('./patrol/PatrolAlarmView.vue'),
        props: true,
        meta: PHONE,
      },
      { path: '/devices', component: () => import('./devices/DevicesView.vue') },
      { path: '/arming', component: () => import('./arming/ArmingView.vue') },
      { path: '/work-orders/:id?', component: () => import('./orders/WorkOrdersView.vue') },
      { path: '/system', component: () => import('./system/SystemView.vue') },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  });
  router.beforeEach(guard);
  return router;
}

/** Where somebody begins: the phone for patrols, the desk for whoever sees alarms. */
function homeOf({ user, may }: ReturnType<typeof useSession>): string {
  if (user?.role === 'patrol') return '/patrol';
  return may('readAlarms') ? '/alarms' : '/devices';
}

/** Nobody passes without a session; one that the browser still holds is taken up again. */
async function guard(to: RouteLocationNormalized) {
  const session = useSession();
  if (to.meta.isPublic || session.user !== undefined) return true;
  // What was asked for, not where it led before anybody knew who this is: where somebody begins depends on that.
  const asked = to.redirectedFrom?.fullPath ?? to.fullPath;
  if (await session.restore()) return asked === to.fullPath || asked;
  return { path: '/login', query: { next: asked } };
}
