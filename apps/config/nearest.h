// "did you mean": the word that was probably meant by one that is none.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tally {

// The word of `words` that takes the fewest insertions, deletions, changes and swaps of neighbours to become `text`; of
// several such the first. Empty if even that one is less alike than not. No text is so long that this takes long.
std::string_view Nearest(std::string_view text, std::span<const std::string_view> words);

// What to say behind an unknown word: "; did you mean 'ttl'?", or which ones exist: "; expected one of ttl, clock".
std::string DidYouMean(std::string_view text, std::span<const std::string_view> words);

}  // namespace tally
