import { describe, expect, test } from 'vitest';
import { captureSets } from '../../../../src/capture/file/sets.js';

describe('files of one capture', () => {
  test.each<[string, string[], string[][]]>([
    ['dumpcap -b, in any order', ['d/x_00002.pcap', 'd/x_00001.pcap'], [['d/x_00001.pcap', 'd/x_00002.pcap']]],
    [
      'dumpcap -b with the time in the name',
      ['x_00009_20230314120000.pcapng', 'x_00010_20230314120500.pcapng'],
      [['x_00009_20230314120000.pcapng', 'x_00010_20230314120500.pcapng']],
    ],
    [
      'dumpcap with the time before the number',
      ['x_20230314120000_00001.pcapng', 'x_20230314120500_00002.pcapng'],
      [['x_20230314120000_00001.pcapng', 'x_20230314120500_00002.pcapng']],
    ],
    ['tcpdump -C', ['x.pcap', 'x.pcap1', 'x.pcap2'], [['x.pcap', 'x.pcap1', 'x.pcap2']]],
    ['tcpdump -C -W', ['x.pcap00', 'x.pcap01'], [['x.pcap00', 'x.pcap01']]],
    [
      'tcpdump -G, in any order',
      ['x-20230314120500.pcap', 'x-20230314120000.pcap'],
      [['x-20230314120000.pcap', 'x-20230314120500.pcap']],
    ],
    [
      'tcpdump -G over a new year, with signs between',
      ['eth0_2022-12-31_23:59:00.pcap', 'eth0_2023-01-01_00:00:00.pcap'],
      [['eth0_2022-12-31_23:59:00.pcap', 'eth0_2023-01-01_00:00:00.pcap']],
    ],
    ['tcpdump -G by seconds', ['x.1678795200.pcap', 'x.1678795260.pcap'], [['x.1678795200.pcap', 'x.1678795260.pcap']]],
    [
      'tcpdump -G -C: several of one time',
      ['x-202303141201.pcap', 'x-202303141200.pcap1', 'x-202303141200.pcap'],
      [['x-202303141200.pcap', 'x-202303141200.pcap1', 'x-202303141201.pcap']],
    ],
    [
      'tcpdump -G -C: ten and more of one time',
      ['x-202303141200.pcap10', 'x-202303141200.pcap9'],
      [['x-202303141200.pcap9', 'x-202303141200.pcap10']],
    ],
    [
      'tcpdump -G -z gzip',
      ['x-20230314120500.pcap.gz', 'x-20230314120000.pcap.gz'],
      [['x-20230314120000.pcap.gz', 'x-20230314120500.pcap.gz']],
    ],
    ['tcpdump -C -z gzip', ['x.pcap1.gz', 'x.pcap.gz'], [['x.pcap.gz', 'x.pcap1.gz']]],
    ['gzipped', ['x_00001.pcap.gz', 'x_00002.pcap.gz'], [['x_00001.pcap.gz', 'x_00002.pcap.gz']]],
  ])('%s', (_name, files, sets) => {
    expect(captureSets(files)).toEqual(sets);
  });

  test.each<[string, string[]]>([
    ['of two names', ['a_00001.pcap', 'b_00002.pcap']],
    ['in two folders', ['a/x_00001.pcap', 'b/x_00002.pcap']],
    ['with one missing between them', ['x_00001.pcap', 'x_00003.pcap']],
    ['of tcpdump -G more than a day apart', ['x-20230314120000.pcap', 'x-20230316120000.pcap']],
    ['with a date alone, as people name them', ['lab-2023-03-14.pcap', 'lab-2023-03-15.pcap']],
    ['with a time that there is not', ['x-20239914120000.pcap', 'x-20239914120100.pcap']],
    ['of the same number', ['x_00001_20230314120000.pcap', 'x_00001_20230315120000.pcap']],
    ['with numbers that are part of their names', ['host1.pcap', 'host2.pcap']],
    ['standard input and a file', ['-', 'x.pcap']],
  ])('files %s are captures of their own', (_name, files) => {
    expect(captureSets(files)).toEqual(files.map((file) => [file]));
  });
});
