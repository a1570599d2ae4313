# Calls systemd's own load_env_file, which EnvironmentFile= goes through, and then
# strv_env_clean_with_callback as executing a unit does. Files come in and variables go
# out as hexadecimal, a file a line.
import ctypes, sys
lib = ctypes.CDLL(sys.argv[1])
libc = ctypes.CDLL(None)
libc.fmemopen.restype = ctypes.c_void_p
libc.fmemopen.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
libc.fclose.argtypes = [ctypes.c_void_p]
strv = ctypes.POINTER(ctypes.c_char_p)
lib.load_env_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(strv)]
lib.strv_env_clean_with_callback.argtypes = [strv, ctypes.c_void_p, ctypes.c_void_p]
lib.strv_env_clean_with_callback.restype = strv
import os, tempfile
libc.fopen.restype = ctypes.c_void_p
libc.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
path = tempfile.mktemp().encode()
for line in sys.stdin:
    with open(path, 'wb') as out:
        out.write(bytes.fromhex(line.strip()))
    f = libc.fopen(path, b'r')
    ret = strv()
    if lib.load_env_file(f, path, ctypes.byref(ret)) < 0:
        print('error')
    else:
        found = []
        if ret:
            ret = lib.strv_env_clean_with_callback(ret, None, None)
            i = 0
            while ret[i] is not None:
                found.append(ret[i]); i += 1
        print(bytes(1).join(found).hex())
    libc.fclose(f)
os.unlink(path)
