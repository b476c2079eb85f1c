// A metric's dimension as it is written, and the names that labels may have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/events/spec.h"

namespace tally {

// "label=source", or "source" with a label made of it: without its @, or a pointer's last token. Its names are not
// checked. What begins with / or @ is a source alone, whatever it holds. Nothing if a side of the = is empty.
std::optional<Dimension> ParseDimension(std::string_view text);

// What ParseDimension() reads back, as short as it can be.
std::string FormatDimension(const Dimension& dimension);

// [A-Za-z_][A-Za-z0-9_]*
bool IsIdentifier(std::string_view text);

// Whether `text` may be a dimension's label: a Prometheus label name that Prometheus does not keep for itself, and not
// "metric", which says which metric a series is of.
bool IsLabel(std::string_view text);

// A label that looks like `text`.
std::string LabelLike(std::string_view text);

}  // namespace tally
