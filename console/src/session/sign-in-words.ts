import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { problemKey } from '../api/problem-words.ts';

/** A refused sign-in says what to do next; whether the name or the password was wrong is not said. */
export function signInKey(problem: Pick<Problem, 'type' | 'status'>): string {
  if (problem.status === 401) return 'session.wrong';
  return problem.status === 429 ? 'session.wait' : problemKey(problem);
}
