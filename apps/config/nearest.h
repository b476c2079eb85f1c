// Suggests the known word that is most similar to an unknown word ("did you mean").
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tally {

// Returns the word in `words` with the smallest edit distance to `text` (insertions, deletions, changes and swaps of
// neighbours), or the first of several such words. Returns an empty string if more than half of the characters differ.
// The time is bounded: a long `text` has no similar word.
std::string_view Nearest(std::string_view text, std::span<const std::string_view> words);

// Returns the end of an error about an unknown word: "; did you mean 'ttl'?", or, without a similar word, the list of
// known words: "; expected one of ttl, clock".
std::string DidYouMean(std::string_view text, std::span<const std::string_view> words);

}  // namespace tally
