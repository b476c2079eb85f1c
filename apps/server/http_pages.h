// The routes of the HTTP port. A new page is one new line in the table in http_pages.cc.
#pragma once

#include <span>

#include "apps/server/http_route.h"

namespace tally {

std::span<const HttpRoute> HttpRoutes();

}  // namespace tally
