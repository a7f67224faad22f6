import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Session, User } from '../../../gateway/http/contract/people.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask, whenSignedOut } from '../api/request.ts';
import { useLive } from '../live/live-store.ts';
import { mayUse, type Right } from './rights.ts';

/** Who sits here. The cookie is the browser's; the token, for the socket's hand-shake, lives in memory only. */
export const useSession = defineStore('session', () => {
  const user = ref<User>();
  const token = ref<string>();
  /** The session ended under the operator's hands: signing in again goes on where they were. */
  const isExpired = ref(false);

  const seat = computed(() => user.value?.displayName ?? user.value?.username ?? '');
  const may = (right: Right): boolean => mayUse(user.value?.role, right);

  function enter(session: Session): void {
    user.value = session.user;
    token.value = session.token;
    isExpired.value = false;
  }

  function expire(): void {
    if (user.value === undefined) return;
    isExpired.value = true;
    useLive().stop();
  }
  whenSignedOut(expire);

  async function restore(): Promise<boolean> {
    const answer = await ask<Session>('/session');
    if (answer.ok) enter(answer.value);
    return answer.ok;
  }

  async function signIn(username: string, password: string): Promise<Problem | undefined> {
    const answer = await ask<Session>('/session', { method: 'POST', body: { username, password } });
    if (!answer.ok) return answer.problem;
    enter(answer.value);
    return undefined;
  }

  async function signOut(): Promise<void> {
    useLive().stop();
    await ask<void>('/session', { method: 'DELETE' });
    // A new page: nothing of this person stays in it, no draft and no alarm.
    window.location.assign('/login');
  }

  async function startLive(): Promise<void> {
    if (token.value !== undefined && may('readAlarms')) await useLive().start(token.value, expire);
  }

  return { user, token, seat, isExpired, may, restore, signIn, signOut, startLive };
});
