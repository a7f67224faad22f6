import { readLine } from './line-protocol-reader.ts';

/** What follows a measurement: good lines, and lines with one fault each. */
export const CORPUS = [
  ' f=1 1700000000000000000',
  ',t=a f=1i 1700000000000000000',
  ',t=a,u=b f=true,g=false,h="x" 1700000000000000000',
  ',t=a\\ b\\,c\\=d f="a\\"b\\\\c" 1700000000000000000',
  ' f=1e3 1700000000000000000',
  ' f=-1.5E-3 1700000000000000000',
  ' f=T 1700000000000000000',
  ' f="a\nb" 1700000000000000000',
  ' f="" 1700000000000000000',
  ',t= f=1 1700000000000000000',
  ',t f=1 1700000000000000000',
  ', f=1 1700000000000000000',
  ' f= 1700000000000000000',
  ' f 1700000000000000000',
  ' f=1x 1700000000000000000',
  ' f=NaN 1700000000000000000',
  ' f="a 1700000000000000000',
  ' f=1 17000000000000000000000',
  ' f=1 soon',
  ' f=1, 1700000000000000000',
  ' 1700000000000000000',
  ',t=a,t=b f=1 1700000000000000000',
  ' f=yes 1700000000000000000',
  ' f=1.2i 1700000000000000000',
];

/** Whether our strict reader takes a line. */
export const isReadable = (line: string): boolean => {
  try {
    readLine(line);
    return true;
  } catch {
    return false;
  }
};
