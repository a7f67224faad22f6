/**
 * The text of a member of the outermost JSON object, as it stands: a signature over it holds for these characters and no
 * others. Undefined where there is none. The text was found to be JSON before.
 */
export function memberText(json: string, member: string): string | undefined {
  const strings = /"(?:[^"\\]|\\.)*"|[[\]{}]|:/g;
  let depth = 0;
  let name: string | undefined;
  for (const { 0: token, index } of json.matchAll(strings)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token === ':') {
      if (name === `"${member}"`) return valueAt(json, index + 1);
    } else if (depth === 1) name = token;
  }
  return undefined;
}

function valueAt(json: string, from: number): string | undefined {
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},]/g;
  tokens.lastIndex = from;
  let depth = 0;
  for (let found = tokens.exec(json); found !== null; found = tokens.exec(json)) {
    const [token] = found;
    if (token === '{' || token === '[') depth += 1;
    else if ((token === '}' || token === ']' || token === ',') && depth === 0)
      return json.slice(from, found.index).trim();
    else if (token === '}' || token === ']') depth -= 1;
  }
  return undefined;
}
