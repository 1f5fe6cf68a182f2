// What JSONata runs on: limits where a small expression could ask for much memory, and regular expressions by RE2.
(function (limit, compileRegex) {
  'use strict';
  var tooLong = function () { throw { code: 'LIMIT', message: 'the result is too large' }; };
  var concat = String.prototype.concat, join = Array.prototype.join;
  String.prototype.concat = function (other) {
    if (this.length + String(other).length > limit) tooLong();
    return concat.call(this, other);
  };
  String.prototype.repeat = undefined;
  Array.prototype.join = function (separator) {
    if (this.length > limit) tooLong();
    var size = this.length * (separator === undefined ? 1 : String(separator).length);
    for (var i = 0; i < this.length; i++) {
      if (typeof this[i] === 'string') size += this[i].length;
      if (size > limit) tooLong();
    }
    return join.call(this, separator);
  };

  // RE2 stands in for the engine of the platform, which may need forever for an expression.
  function RE2(expression) {
    this.match = compileRegex(expression.source, expression.flags);
    this.lastIndex = 0;
  }
  RE2.prototype.exec = function (text) {
    var found = this.match(String(text), this.lastIndex);
    if (found === null) { this.lastIndex = 0; return null; }
    this.lastIndex = found.index + found.groups[0].length;
    var match = found.groups.slice();
    match.index = found.index;
    return match;
  };

  var known = Object.create(null), count = 0;
  function compile(expression) {
    if (!(expression in known)) {
      if (++count > 500) { known = Object.create(null); count = 1; }
      known[expression] = module.exports(expression, { RegexEngine: RE2 });
    }
    return known[expression];
  }
  var fault = function (e, out) {
    out.error = String(e && e.message || e && e.code || e);
    out.position = e && typeof e.position === 'number' ? e.position : -1;
  };
  return {
    check: function (expression) {
      var out = {};
      try { compile(expression); } catch (e) { fault(e, out); }
      return out;
    },
    evaluate: function (expression, input, functions) {
      var out = {};
      try {
        compile(expression).evaluate(JSON.parse(input), functions).then(function (value) {
          out.value = value === undefined ? '' : JSON.stringify(value);
        }, function (e) { fault(e, out); });
      } catch (e) { fault(e, out); }
      return out;
    }
  };
})
