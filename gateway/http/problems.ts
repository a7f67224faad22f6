import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { NotAllowed } from '../access/guard.ts';
import type { BadValue } from '../domain/bad-value.ts';
import { type Faults, faultsOf } from '../domain/zod-fault.ts';
import { JournalUnavailable } from '../journal/journal.ts';
import type { Problem } from './contract/problem.ts';

/** Every way in which a request can go wrong: its status, and its words, Chinese first (RFC 9457). */
export const PROBLEMS = {
  'bad-request': [400, '请求有误', 'The request is wrong'],
  'bad-value': [400, '字段有误', 'A value is wrong'],
  'no-session': [401, '未登录或登录已过期', 'Not signed in, or no longer'],
  'wrong-password': [401, '用户名或密码不正确', 'Wrong user name or password'],
  'no-permission': [403, '没有此项权限', 'Your role does not allow this'],
  'foreign-origin': [403, '请求来自其他网站', 'The request came from another site'],
  'out-of-scope': [403, '该对象不在你的管辖范围', 'Outside your scope'],
  'alarm-out-of-scope': [403, '该报警不在你的管辖范围', 'This alarm is outside your scope'],
  'beyond-own-scope': [403, '不能授予超出自己管辖范围的权限', 'One cannot grant beyond one’s own scope'],
  'not-found': [404, '没有找到', 'Not found'],
  conflict: [409, '已被他人更改', 'Somebody else changed it first'],
  'not-possible': [409, '当前处置状态下不能这样做', 'Not possible in the present state'],
  'not-holder': [409, '任务已由他人接单', 'Somebody else has the task'],
  'ptz-held': [409, '云台正由他人控制', 'Somebody else steers this camera'],
  exists: [409, '已存在', 'It exists already'],
  'outcome-unknown': [409, '不知道上次请求是否已执行', 'It is not known whether the first request was carried out'],
  'too-large': [413, '请求过大', 'The request is too large'],
  'wrong-media-type': [415, '不接受此类型的内容', 'Content of this type is not taken here'],
  'own-account': [422, '不能更改自己的权限或删除自己', 'One’s own rights cannot be changed by oneself'],
  'key-reused': [422, '同一 Idempotency-Key 已用于另一请求', 'This Idempotency-Key belongs to another request'],
  locked: [429, '登录失败次数过多，请稍后再试', 'Too many failed sign-ins: wait'],
  'too-many-requests': [429, '请求过于频繁', 'Too many requests: wait'],
  'device-refused': [502, '设备没有执行', 'The device did not do it'],
  'no-picture': [502, '取不到画面', 'No picture could be had'],
  'not-supported': [501, '设备不支持此操作', 'The device cannot do this'],
  'not-connected': [503, '设备不在线，命令未发送', 'The device is not connected: the command was not sent'],
  'journal-unavailable': [503, '日志库暂时不能写入，请求未执行', 'The journal cannot store it now: nothing was done'],
  'not-ready': [503, '服务尚未就绪', 'Not ready'],
  'no-answer': [504, '设备未答复，不知道是否已执行', 'No answer: it may or may not have been done'],
  internal: [500, '服务内部错误', 'A mistake of ours'],
} as const satisfies Record<string, readonly [status: number, zh: string, en: string]>;
export type ProblemName = keyof typeof PROBLEMS;
export type ProblemDetails = Omit<Partial<Problem>, 'type' | 'title' | 'status' | 'instance'>;

/** Ends a request with a problem; thrown in a handler, answered around the request. */
export class Refused extends Error {
  readonly problem: ProblemName;
  readonly details: ProblemDetails;
  constructor(problem: ProblemName, details: ProblemDetails = {}) {
    super(problem);
    this.name = 'Refused';
    this.problem = problem;
    this.details = details;
  }
}

/** A request whose fields do not fit its schema. */
export class BadInput extends Error {
  readonly faults: Faults;
  constructor(faults: Faults) {
    super('the request does not fit its schema');
    this.name = 'BadInput';
    this.faults = faults;
  }
}

export const refusedValue = (fault: BadValue): Refused =>
  new Refused('bad-value', { ...withoutReason(fault), detail: sentence(fault) });

/** Fastify's compiler of checks: the same faults, in the same words, as config, MQTT and CSV give. */
export const checkPart =
  ({ schema, httpPart }: { schema: z.ZodType; httpPart?: string | undefined }) =>
  (data: unknown) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    return { error: new BadInput(faultsOf(issuesOf(parsed.error.issues, httpPart), data, `(${httpPart ?? 'body'})`)) };
  };

/** A list in a query is one text with commas: the parameter is named, not a place in a list that nobody wrote. */
const issuesOf = (issues: z.core.$ZodIssue[], httpPart: string | undefined): z.core.$ZodIssue[] =>
  httpPart === 'querystring' ? issues.map((issue) => ({ ...issue, path: issue.path.slice(0, 1) })) : issues;

export function problemOf(name: ProblemName, details: ProblemDetails, instance: string): Problem {
  const [status, zh, en] = PROBLEMS[name];
  return { type: `fengsui:${name}`, title: `${zh} · ${en}`, status, instance, ...details };
}

/** Around each request: what was thrown becomes problem details, and only our own mistakes are logged as errors. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, details } = refusalOf(error);
  if (problem === 'internal') request.log.error({ err: error, route: request.routeOptions.url }, 'request failed');
  if (details.retryAfter !== undefined) reply.header('retry-after', details.retryAfter);
  const answer = problemOf(problem, details, request.id);
  return reply.code(answer.status).header('content-type', 'application/problem+json').send(answer);
}

function refusalOf(error: unknown): Pick<Refused, 'problem' | 'details'> {
  if (error instanceof Refused) return error;
  if (error instanceof BadInput) return ofFaults(error.faults);
  if (error instanceof NotAllowed) return ofNotAllowed(error);
  if (error instanceof JournalUnavailable) return { problem: 'journal-unavailable', details: { retryAfter: 5 } };
  if (isFastifyError(error)) return ofFastify(error);
  return { problem: 'internal', details: {} };
}

function ofFaults(faults: Faults): Pick<Refused, 'problem' | 'details'> {
  const shown = faults.map(hideSecret);
  const [first] = shown;
  const all = shown.length > 1 ? { faults: shown.map(withoutReason) } : {};
  return {
    problem: 'bad-value',
    details: first === undefined ? all : { ...withoutReason(first), detail: sentence(first), ...all },
  };
}

const ofNotAllowed = ({ reason, permission }: NotAllowed): Pick<Refused, 'problem' | 'details'> => ({
  problem: reason,
  details: permission === undefined ? {} : { expected: permission },
});

/** What fastify and its plugins refuse by themselves. */
function ofFastify({ code, statusCode, message }: FastifyError): Pick<Refused, 'problem' | 'details'> {
  if (statusCode === 429) return { problem: 'too-many-requests', details: { retryAfter: 60 } };
  if (statusCode === 413) return { problem: 'too-large', details: { expected: 'at most 1 MiB' } };
  if (statusCode === 415) return { problem: 'wrong-media-type', details: { expected: 'application/json' } };
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || statusCode === 400) {
    return { problem: 'bad-request', details: { detail: message, expected: 'JSON (RFC 8259)' } };
  }
  if (statusCode === 404) return { problem: 'not-found', details: {} };
  return { problem: 'internal', details: {} };
}

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && 'statusCode' in error;

/** The answer may be kept in a screenshot: it does not repeat what was typed as a password. */
const hideSecret = (fault: BadValue): BadValue =>
  /password|secret|token/i.test(fault.field) ? { ...fault, value: '' } : fault;

const withoutReason = ({ field, value, expected }: BadValue) => ({ field, value, expected });
const sentence = ({ field, value, expected }: BadValue): string => `${field} is '${value}', expected ${expected}`;
