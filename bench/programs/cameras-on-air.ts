import { startCameras } from '../../simulators/cameras/cameras.ts';

/*
 * Simulated cameras in a process of their own, so that they are not counted. Arguments: how many, user name, password.
 * Says ready → their addresses.
 */
const [count = '0', username = '', password = ''] = process.argv.slice(2);
const many = await startCameras({ count: Number(count), username, password });
process.on('disconnect', () => void many.stop());
process.send?.(['ready', many.cameras.map(({ url }) => url)]);
