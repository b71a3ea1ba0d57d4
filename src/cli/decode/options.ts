import { Option } from 'commander';
import { parseFields } from '../../capture/decode/fields.js';
import { type Filter, parseFilter } from '../../capture/decode/filter.js';
import { collecting, parser } from '../options.js';

export const fieldsOption = (): Option =>
  new Option(
    '--fields <names>',
    'print only these fields of each PDU, separated by tabs; named as in --json or Wireshark, with the values of --json',
  )
    .argParser(parser(parseFields))
    .conflicts(['summary', 'verbose', 'calls']);

export const filterOption = (): Option =>
  new Option('--filter <key=value>', 'only what fits, see below; given again, all have to fit').argParser(
    collecting((text): Filter => parseFilter(text)),
  );
