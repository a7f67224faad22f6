import { createRouter, createWebHistory, type RouteLocationNormalized, type Router } from 'vue-router';
import { useSession } from './session/session-store.ts';

declare module 'vue-router' {
  interface RouteMeta {
    theme?: 'dark';
    /** Without the desk's bar and navigation: the phone and the wall. */
    isBare?: boolean;
    isPublic?: boolean;
  }
}

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
      { path: '/patrol', component: () => import('./patrol/PatrolListView.vue'), meta: { isBare: true } },
      {
        path: '/patrol/:alarm',
        component: () => import('./patrol/PatrolAlarmView.vue'),
        props: true,
        meta: { isBare: true },
      },
      { path: '/devices', component: () => import('./devices/DevicesView.vue') },
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
  if (to.meta.isPublic || session.user !== undefined || (await session.restore())) return true;
  return { path: '/login', query: { next: to.fullPath } };
}
