"""Runs unittest modules, classes or methods by name; one line of JSON on stdout for each test.

Tests that LEFT_OUT names, a regular expression, are told as skipped and not run.
"""
import json
import os
import re
import sys
import unittest


class Result(unittest.TestResult):
    def __init__(self, out):
        super().__init__()
        self.out = out

    def say(self, test, outcome, text=''):
        last = text.strip().splitlines()[-1] if text.strip() else ''
        self.out.write(json.dumps({'id': test.id(), 'outcome': outcome, 'text': last}) + '\n')
        self.out.flush()

    def addSuccess(self, test):
        self.say(test, 'ok')

    def addError(self, test, err):
        self.say(test, 'error', self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.say(test, 'failure', self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self.say(test, 'skip', reason)


# The tests print, too: what they say goes to stderr.
results = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
result = Result(results)
left_out = os.environ.get('LEFT_OUT', '')


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


run = unittest.TestSuite()
for test in each(unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:])):
    if left_out and re.search(left_out, test.id()):
        result.say(test, 'skip', 'left out')
    else:
        run.addTest(test)
run.run(result)
