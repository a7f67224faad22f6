/** Where to go after signing in: only a path of this console, never another host (`//evil`, `\\evil`). */
export function nextPath(wish: unknown): string {
  return typeof wish === 'string' && /^\/(?![/\\])/.test(wish) && !wish.startsWith('/login') ? wish : '/';
}
