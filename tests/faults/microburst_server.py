"""microburst as the fault suite runs it, in a process of its own.

Version 0.10.0 takes Content-Length out of every answer. An answer to HEAD then says nothing of the
object's size, which S3 always does. Here it leaves the header in.
"""

import sys

from microburst import cli, forward

forward.HOP_BY_HOP = forward.HOP_BY_HOP - {"content-length"}

if __name__ == "__main__":
    sys.exit(cli.main())
