// The notation of a metric's dimension in the configuration, and the valid names of labels.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/events/spec.h"

namespace tally {

// Parses "label=source", or "source", whose label is the source without @, or the last token of a JSON pointer. A text
// that begins with / or @ is always a source, also if it contains a =. Does not check the names. Returns nullopt if a
// side of the = is empty.
std::optional<Dimension> ParseDimension(std::string_view text);

// Returns the shortest text that ParseDimension() parses to `dimension`.
std::string FormatDimension(const Dimension& dimension);

// Returns true for [A-Za-z_][A-Za-z0-9_]*.
bool IsIdentifier(std::string_view text);

// Returns true if `text` can be the label of a dimension: a Prometheus label name that Prometheus does not reserve, and
// not "metric", which is the label for the name of the metric.
bool IsLabel(std::string_view text);

// Returns a valid label that is similar to `text`.
std::string LabelLike(std::string_view text);

}  // namespace tally
