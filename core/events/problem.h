// What is wrong with a record that is not counted, for a person.
//
//   if (!decoder.Decode(i, fields)) return PayloadProblem(rules.event(), payload);
//   FieldProblem(rules, event).Text();   // expected a time as in RFC 3339 or a number in the field time, got 'x'
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/events/rules.h"
#include "core/time/time.h"

namespace tally {

// The views are static, or live as long as the rules.
struct Problem {
  std::string_view expected = {};       // empty: there is no problem
  std::string_view format = {};         // belongs to `expected`
  std::optional<Timestamp> limit = {};  // likewise
  std::string_view field = {};          // its name in the configuration; empty: the record as a whole
  std::string actual = {};              // words, or a value in single quotes
  std::optional<Timestamp> time = {};   // instead of `actual`

  // "expected E in the field F, got A".
  std::string Text() const;
};

// Of a payload that the decoder did not take for an event.
Problem PayloadProblem(const EventSpec& event, std::string_view payload);

// Of an event whose time is missing or invalid, or that lacks a field of a metric: the first such field. No problem if
// there is none.
Problem FieldProblem(const Rules& rules, const EventView& event);

}  // namespace tally
