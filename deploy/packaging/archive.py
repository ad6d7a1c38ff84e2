"""Archives that are the same bits whenever and wherever they are made."""
import gzip
import io
import os
import tarfile


def tree(folder):
    """All files below a folder: paths relative to it, sorted, and their content."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                yield os.path.relpath(path, folder), file.read()


def tar_gz(path, top, files, moment):
    """Writes `files`, a list of (path, bytes, mode), below the folder `top`; all of them root's, and of one moment."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        folders = set()
        for name, data, mode in sorted(files):
            for parent in parents(f"{top}/{name}"):
                if parent not in folders:
                    folders.add(parent)
                    archive.addfile(entry(parent, tarfile.DIRTYPE, 0o755, moment))
            info = entry(f"{top}/{name}", tarfile.REGTYPE, mode, moment)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    with open(path, "wb") as file:
        # Without a name and a time of its own.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as compressed:
            compressed.write(content.getvalue())


def parents(path):
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def entry(name, kind, mode, moment):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = kind, mode, moment
    info.uname = info.gname = "root"
    return info
