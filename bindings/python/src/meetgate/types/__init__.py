"""Types of parameters and answers, one module for each platform: `hst`, `youme`, `avd`.

They are for annotations; at run time everything is a plain dict:

    from meetgate.types import avd
    videos: list[avd.RoomMixRecordStartVideosItem] = [...]
"""
