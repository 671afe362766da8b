/** How long a command waits: seconds with a fraction, 0 for ever (getTimeoutFromObjectOrReply of timeout.c, 7.0). */
import { parseLongDouble, toNumber } from '../util/long-double.js';
