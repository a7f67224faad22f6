import { type Ref, ref } from 'vue';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { Answer } from './request.ts';

/** A form's way to the gateway: busy while it waits, and why it was refused until it is sent again. */
export function useSending(): Readonly<{
  isBusy: Ref<boolean>;
  problem: Ref<Problem | undefined>;
  send: <T>(asked: () => Promise<Answer<T>>) => Promise<Answer<T>>;
}> {
  const isBusy = ref(false);
  const problem = ref<Problem>();
  const send = async <T>(asked: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    [isBusy.value, problem.value] = [true, undefined];
    const answer = await asked();
    isBusy.value = false;
    if (!answer.ok) problem.value = answer.problem;
    return answer;
  };
  return { isBusy, problem, send };
}
