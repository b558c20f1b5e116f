/** Owns the start of the desk in the browser: the functions of all views, then the shell. */
import './desk/index.ts';
import { start } from './desk/shell.ts';

start();
