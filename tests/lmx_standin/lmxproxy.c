/* A stand-in for AVEVA's LMXProxy, for tests on Windows alone: a COM server that fires its events from a timer of the
 * thread that created it. A thread that takes no messages gets no events.
 * Nothing of AVEVA's is in here: identities and layout are those that public sources give.
 * The worker loads it as it would load AVEVA's: by its class, which the tests register while they run. As a library it is
 * in-process and apartment-threaded, as AVEVA's is by what is known; as a program it is a process of its own, and every
 * call and event goes through COM's marshaller, by the type library (lmxproxy.idl).
 *
 *   W=/usr/include/wine/wine/windows        # Debian: libwine-dev, mingw-w64-tools, gcc-mingw-w64-i686
 *   i686-w64-mingw32-widl -m32 --win32 -t -I $W -L FOLDER_WITH_STDOLE2.TLB -o lmxproxy.tlb lmxproxy.idl
 *   echo '1 TYPELIB "lmxproxy.tlb"' | i686-w64-mingw32-windres -o lmxproxy.o
 *   i686-w64-mingw32-gcc -shared -O2 -s -o lmxproxy.dll lmxproxy.c lmxproxy.def lmxproxy.o -lole32 -loleaut32 -luuid
 *   i686-w64-mingw32-gcc -mwindows -DPROGRAM -O2 -s -o lmxproxy.exe lmxproxy.c lmxproxy.o -lole32 -loleaut32 -luuid
 *
 * The program writes its class and its type library to the registry with /register, takes them out with /unregister, and
 * serves as long as it has an object, after at least one. /end ends those that serve, whoever has objects of theirs.
 * What a tag does is in its name: Real.* (R8), Whole.* (I4), Flag.* (BOOL), Text.* (BSTR), Time.* (DATE), Array.* (array of
 * R4); *.Late (first data after 3 s), *.Secured (1012), *.Verified (1013, but for 11, the
 * operator, with 12, everybody else, as the second), *.Pending (Pending, then done), *.Silent
 * (no data, no completion), *.Hang (Advise does not return), *.Deaf (after its Advise the server's thread takes no message
 * any more), *.Quit (Advise tells its thread to end), *.Crash (Advise ends the process), *.Death (its first Advise
 * makes all items that are there stale, without a word, as the end of a platform does), Bad.* (invalid reference),
 * NoLicence.* (AddItem is refused), FileTime.*, TextTime.*, NoTime.* (kinds of timestamps).
 * The variable LMX_STANDIN_VERSION (1 to 5) is the newest interface that it has. */
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>
#include <oleauto.h>
#include <olectl.h>
#include <ocidl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

DEFINE_GUID(CLSID_Lmx, 0xC30B52F5, 0x2CB5, 0x4760, 0xAF, 0x0A, 0x3A, 0x34, 0x4A, 0x7E, 0xB5, 0xDC);
DEFINE_GUID(IID_1, 0xCCE67FB7, 0xEAFD, 0x4367, 0x92, 0x12, 0x61, 0x70, 0x43, 0xBF, 0x12, 0x6D);
DEFINE_GUID(IID_2, 0x020A8A87, 0x69C5, 0x497F, 0xA8, 0x93, 0xB6, 0x29, 0xE6, 0x69, 0xFB, 0xFF);
DEFINE_GUID(IID_3, 0x57D006B6, 0xF25E, 0x4654, 0xA8, 0x1E, 0xBC, 0xBA, 0xFD, 0x60, 0xFE, 0x59);
DEFINE_GUID(IID_4, 0x9DC0D5C1, 0x9371, 0x4E84, 0x86, 0xF8, 0x70, 0x91, 0xD3, 0x16, 0xA6, 0x6C);
DEFINE_GUID(IID_5, 0xECEFF506, 0xA752, 0x46E3, 0x9E, 0x31, 0x0A, 0x8E, 0x25, 0x7C, 0x99, 0x26);
DEFINE_GUID(IID_Events, 0x848299B6, 0xDD61, 0x4A0D, 0xA3, 0x04, 0x39, 0x47, 0xA5, 0x64, 0xB8, 0x9C);
DEFINE_GUID(IID_Events2, 0xC70A6FC4, 0x09EF, 0x4F31, 0x88, 0x74, 0xA0, 0x49, 0xFE, 0xE8, 0x7A, 0x95);

#pragma pack(push, 4)
typedef struct { SHORT success; LONG category; LONG detectedBy; SHORT detail; } MxStatus;
#pragma pack(pop)

#define ITEMS 512
#define TICK_MS 50
#define DO_DATA 1
#define DO_WRITTEN 2
#define DO_OPERATED 4

typedef struct {
    BOOL used, advised, buffered, suspended, writing, told;
    LONG server;
    WCHAR tag[128];
    VARIANT value;
    double time; /* of its value, where a write gave one */
    DWORD data_at, written_at, operated_at;
    MxStatus written;
    BOOL again; /* a completion that says Pending is followed by another */
} Item;

struct Lmx;
typedef struct { const void *vtbl; struct Lmx *owner; const IID *iid; IDispatch *sink; } Point;
typedef struct Lmx {
    const void *vtbl;
    const void *container;
    LONG refs;
    Point points[2];
    HWND window;
    LONG servers, handles, interval, stale; /* items up to that handle are */
    BOOL died, deaf;
    Item items[ITEMS];
} Lmx;

static LONG alive;
static DWORD main_thread; /* of the program; 0 in the library */
static HANDLE end; /* of the program: whoever wants it to end at once sets it */
static DWORD cookie;
static IRecordInfo *record; /* of MXSTATUS_PROXY, with which it can be marshalled; the library sends none, as the real one */
static const IID no_iid;
#define OF_CONTAINER(p) ((Lmx *)((char *)(p) - offsetof(Lmx, container)))

static int version(void) {
    char text[8];
    DWORD n = GetEnvironmentVariableA("LMX_STANDIN_VERSION", text, sizeof text);
    return n == 1 && text[0] >= '1' && text[0] <= '5' ? text[0] - '0' : 5;
}

/* ---- events */

static void fire(Lmx *lmx, int point, DISPID id, VARIANT *arguments, UINT count) {
    DISPPARAMS parameters = { arguments, NULL, count, 0 };
    IDispatch *sink = lmx->points[point].sink;
    HRESULT result = sink ? IDispatch_Invoke(sink, id, &no_iid, 0, DISPATCH_METHOD, &parameters, NULL, NULL, NULL) : S_OK;
    if (FAILED(result) && record) { /* a marshaller that cannot carry an array of records: the rest goes without */
        VARIANT whole = arguments[0];
        VariantInit(&arguments[0]);
        IDispatch_Invoke(sink, id, &no_iid, 0, DISPATCH_METHOD, &parameters, NULL, NULL, NULL);
        arguments[0] = whole;
    }
}

/* VT_BYREF | VT_ARRAY | VT_RECORD without type information, as the real one sends it */
typedef struct { SAFEARRAY array; MxStatus record; SAFEARRAY *place; } Statuses;

static void statuses(VARIANT *v, Statuses *s, MxStatus status) {
    memset(s, 0, sizeof *s);
    if (record) {
        SAFEARRAYBOUND one = { 1, 0 };
        s->place = SafeArrayCreateEx(VT_RECORD, 1, &one, record);
        memcpy(s->place->pvData, &status, sizeof status);
        VariantInit(v);
        V_VT(v) = VT_BYREF | VT_ARRAY | VT_RECORD;
        V_ARRAYREF(v) = &s->place;
        return;
    }
    s->record = status;
    s->array.cDims = 1;
    s->array.fFeatures = FADF_STATIC | FADF_FIXEDSIZE;
    s->array.cbElements = sizeof(MxStatus);
    s->array.pvData = &s->record;
    s->array.rgsabound[0].cElements = 1;
    s->place = &s->array;
    VariantInit(v);
    V_VT(v) = VT_BYREF | VT_ARRAY | VT_RECORD;
    V_ARRAYREF(v) = &s->place;
}

static void free_statuses(Statuses *s) { if (s->place != &s->array) SafeArrayDestroy(s->place); }

static void number(VARIANT *v, LONG value) { VariantInit(v); V_VT(v) = VT_I4; V_I4(v) = value; }

static double now_date(void) {
    SYSTEMTIME t; double d = 0;
    GetLocalTime(&t); SystemTimeToVariantTime(&t, &d);
    return d;
}

static void stamp(VARIANT *v, const WCHAR *tag) {
    VariantInit(v);
    if (!wcsncmp(tag, L"NoTime.", 7)) { V_VT(v) = VT_NULL; return; }
    if (!wcsncmp(tag, L"TextTime.", 9)) { V_VT(v) = VT_BSTR; V_BSTR(v) = SysAllocString(L"11/24/2026 12:00:00 PM"); return; }
    if (!wcsncmp(tag, L"FileTime.", 9)) {
        FILETIME f; GetSystemTimeAsFileTime(&f);
        V_VT(v) = VT_FILETIME; memcpy(&V_I8(v), &f, sizeof f);
        return;
    }
    V_VT(v) = VT_DATE; V_DATE(v) = now_date();
}

static void tell_data(Lmx *lmx, LONG handle, Item *item) {
    VARIANT a[7]; Statuses s; MxStatus good = { -1, 0, 1, 0 }, bad = { 0, 4, 2, 6 };
    BOOL wrong = !wcsncmp(item->tag, L"Bad.", 4), brackets = !wcscmp(item->tag, L"Array.Bare");
    int point = item->buffered, n = point ? 7 : 6;
    MxStatus index = { 0, 5, 5, 1003 };
    statuses(&a[0], &s, wrong ? bad : brackets ? index : good);
    stamp(&a[1], item->tag);
    if (item->time && V_VT(&a[1]) == VT_DATE) V_DATE(&a[1]) = item->time;
    number(&a[2], wrong ? 0 : 192);
    if (point) V_VT(&a[2]) = VT_I2;
    VariantInit(&a[3]); VariantCopy(&a[3], &item->value);
    if (point) number(&a[4], 4);
    number(&a[n - 2], handle); number(&a[n - 1], item->server);
    fire(lmx, point, 1, a, n);
    VariantClear(&a[1]); VariantClear(&a[3]);
    free_statuses(&s);
}

static void tell_end(Lmx *lmx, LONG handle, Item *item, DISPID id, MxStatus status) {
    VARIANT a[3]; Statuses s;
    statuses(&a[0], &s, status); number(&a[1], handle); number(&a[2], item->server);
    fire(lmx, 0, id, a, 3);
    free_statuses(&s);
}

static BOOL due(DWORD at) { return at && (LONG)(GetTickCount() - at) >= 0; }
static DWORD in_ms(DWORD ms) { DWORD at = GetTickCount() + ms; return at ? at : 1; }

/* Without a word to whoever has an object, but not to COM, which would go on sending new clients here. */
static void die(void) {
    CoRevokeClassObject(cookie);
    TerminateProcess(GetCurrentProcess(), 1);
}

static LRESULT CALLBACK ticked(HWND window, UINT message, WPARAM w, LPARAM l) {
    Lmx *lmx = (Lmx *)GetWindowLongPtrW(window, GWLP_USERDATA);
    LONG handle;
    if (message != WM_TIMER || !lmx) return DefWindowProcW(window, message, w, l);
    if (lmx->deaf && WaitForSingleObject(end ? end : GetCurrentProcess(), INFINITE) == WAIT_OBJECT_0) die();
    for (handle = 1; handle < ITEMS; handle++) {
        Item *item = &lmx->items[handle];
        if (!item->used || handle <= lmx->stale) continue;
        if (item->advised && !item->suspended && due(item->data_at)) {
            BOOL changes = !wcscmp(item->tag, L"Whole.Counter") || item->buffered;
            item->data_at = changes ? in_ms(item->buffered ? lmx->interval : 100) : 0;
            if (changes && item->told && V_VT(&item->value) == VT_I4) V_I4(&item->value)++;
            item->told = TRUE;
            tell_data(lmx, handle, item);
        }
        if (item->used && due(item->written_at)) {
            MxStatus status = item->written, done = { -1, 0, 5, 0 };
            if (item->again) { item->again = FALSE; item->written = done; item->written_at = in_ms(200); }
            else { item->written_at = 0; item->writing = FALSE; if (status.success) item->data_at = in_ms(1); }
            tell_end(lmx, handle, item, 2, status);
        }
        if (item->used && due(item->operated_at)) {
            MxStatus done = { -1, 0, 5, 0 };
            item->operated_at = 0;
            tell_end(lmx, handle, item, 3, done);
        }
    }
    return 0;
}

/* ---- IUnknown, IDispatch */

static ULONG STDMETHODCALLTYPE add_ref(Lmx *lmx) { return InterlockedIncrement(&lmx->refs); }

static ULONG STDMETHODCALLTYPE release(Lmx *lmx) {
    LONG left = InterlockedDecrement(&lmx->refs);
    int i;
    if (left) return left;
    KillTimer(lmx->window, 1); SetWindowLongPtrW(lmx->window, GWLP_USERDATA, 0); DestroyWindow(lmx->window);
    for (i = 0; i < 2; i++) if (lmx->points[i].sink) IDispatch_Release(lmx->points[i].sink);
    for (i = 0; i < ITEMS; i++) VariantClear(&lmx->items[i].value);
    free(lmx);
    if (!InterlockedDecrement(&alive) && main_thread) PostThreadMessageW(main_thread, WM_QUIT, 0, 0);
    return 0;
}

static HRESULT STDMETHODCALLTYPE query(Lmx *lmx, REFIID iid, void **out) {
    const IID *known[] = { &IID_1, &IID_2, &IID_3, &IID_4, &IID_5 };
    int i;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IDispatch)) *out = &lmx->vtbl;
    else if (IsEqualIID(iid, &IID_IConnectionPointContainer)) *out = &lmx->container;
    for (i = 0; i < version(); i++) if (IsEqualIID(iid, known[i])) *out = &lmx->vtbl;
    if (!*out) return E_NOINTERFACE;
    add_ref(lmx);
    return S_OK;
}

/* By name and by number, as the type library has them. */
static ITypeInfo *info(REFGUID guid) {
    WCHAR path[MAX_PATH];
    HMODULE here = NULL;
    ITypeLib *library;
    ITypeInfo *found = NULL;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, (LPCWSTR)info, &here);
    GetModuleFileNameW(here, path, MAX_PATH);
    if (FAILED(LoadTypeLibEx(path, REGKIND_NONE, &library))) return NULL;
    ITypeLib_GetTypeInfoOfGuid(library, guid, &found);
    ITypeLib_Release(library);
    return found;
}

static ITypeInfo *newest(void) {
    static ITypeInfo *kept;
    const IID *known[] = { &IID_1, &IID_2, &IID_3, &IID_4, &IID_5 };
    if (!kept) kept = info(known[version() - 1]);
    return kept;
}

static HRESULT STDMETHODCALLTYPE d_count(Lmx *l, UINT *n) { *n = newest() != NULL; return S_OK; }
static HRESULT STDMETHODCALLTYPE d_info(Lmx *l, UINT i, LCID c, ITypeInfo **out) {
    *out = i ? NULL : newest();
    if (!*out) return i ? DISP_E_BADINDEX : E_NOTIMPL;
    ITypeInfo_AddRef(*out);
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE d_names(Lmx *l, REFIID r, LPOLESTR *names, UINT n, LCID c, DISPID *ids) {
    return newest() ? DispGetIDsOfNames(newest(), names, n, ids) : E_NOTIMPL;
}
static HRESULT STDMETHODCALLTYPE d_invoke(Lmx *l, DISPID id, REFIID r, LCID c, WORD f, DISPPARAMS *p, VARIANT *v, EXCEPINFO *e, UINT *a) {
    return newest() ? DispInvoke(l, newest(), id, f, p, v, e, a) : E_NOTIMPL;
}

/* ---- the methods */

static Item *find(Lmx *lmx, LONG server, LONG handle) {
    Item *item = handle > lmx->stale && handle < ITEMS ? &lmx->items[handle] : NULL;
    return item && item->used && item->server == server ? item : NULL;
}

static HRESULT STDMETHODCALLTYPE do_register(Lmx *lmx, BSTR name, LONG *out) { *out = ++lmx->servers; return S_OK; }
static HRESULT STDMETHODCALLTYPE do_unregister(Lmx *lmx, LONG server) { return server > 0 && server <= lmx->servers ? S_OK : E_INVALIDARG; }

static HRESULT add(Lmx *lmx, LONG server, BSTR tag, BOOL buffered, LONG *out) {
    Item *item; LONG i;
    if (server < 1 || server > lmx->servers || !tag) return E_INVALIDARG;
    if (!wcsncmp(tag, L"NoLicence.", 10)) return E_ACCESSDENIED;
    if (lmx->handles + 1 >= ITEMS) return E_OUTOFMEMORY;
    item = &lmx->items[*out = ++lmx->handles];
    memset(item, 0, sizeof *item);
    item->used = TRUE; item->server = server; item->buffered = buffered;
    wcsncpy(item->tag, tag, 127);
    if (!wcsncmp(tag, L"Whole.", 6)) number(&item->value, 42);
    else if (!wcsncmp(tag, L"Flag.", 5)) { V_VT(&item->value) = VT_BOOL; V_BOOL(&item->value) = VARIANT_TRUE; }
    else if (!wcsncmp(tag, L"Text.", 5)) { V_VT(&item->value) = VT_BSTR; V_BSTR(&item->value) = SysAllocString(L"K\x00fchlung"); }
    else if (!wcsncmp(tag, L"Time.", 5)) { V_VT(&item->value) = VT_DATE; V_DATE(&item->value) = now_date(); }
    else if (!wcsncmp(tag, L"Array.", 6)) {
        float *data; SAFEARRAY *array = SafeArrayCreateVector(VT_R4, 1, 3);
        SafeArrayAccessData(array, (void **)&data);
        for (i = 0; i < 3; i++) data[i] = i + 0.5f;
        SafeArrayUnaccessData(array);
        V_VT(&item->value) = VT_ARRAY | VT_R4; V_ARRAY(&item->value) = array;
    } else { V_VT(&item->value) = VT_R8; V_R8(&item->value) = 1.25; }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE do_add(Lmx *l, LONG s, BSTR t, LONG *o) { return add(l, s, t, FALSE, o); }
static HRESULT STDMETHODCALLTYPE do_add2(Lmx *l, LONG s, BSTR t, BSTR c, LONG *o) { return add(l, s, t, FALSE, o); }
static HRESULT STDMETHODCALLTYPE do_add_buffered(Lmx *l, LONG s, BSTR t, BSTR c, LONG *o) { return add(l, s, t, TRUE, o); }
static HRESULT STDMETHODCALLTYPE do_interval(Lmx *l, LONG s, LONG ms) { l->interval = (ms + 99) / 100 * 100; return S_OK; }

static HRESULT STDMETHODCALLTYPE do_remove(Lmx *lmx, LONG server, LONG handle) {
    Item *item = find(lmx, server, handle);
    if (!item) return E_INVALIDARG;
    if (item->writing) return E_FAIL; /* not before its completion */
    item->used = FALSE; VariantClear(&item->value);
    return S_OK;
}

static BOOL ends(const WCHAR *tag, const WCHAR *tail) {
    size_t n = wcslen(tag), m = wcslen(tail);
    return n >= m && !wcscmp(tag + n - m, tail);
}

static HRESULT STDMETHODCALLTYPE do_advise(Lmx *lmx, LONG server, LONG handle) {
    Item *item = find(lmx, server, handle);
    if (!item) return E_INVALIDARG;
    if (ends(item->tag, L".Crash")) TerminateProcess(GetCurrentProcess(), 0xC0000005);
    if (ends(item->tag, L".Hang")) Sleep(INFINITE);
    if (ends(item->tag, L".Deaf")) lmx->deaf = TRUE;
    if (ends(item->tag, L".Quit")) PostQuitMessage(0);
    if (ends(item->tag, L".Death") && !lmx->died) { lmx->died = TRUE; lmx->stale = lmx->handles; return S_OK; }
    item->advised = TRUE;
    if (!ends(item->tag, L".Silent")) item->data_at = in_ms(ends(item->tag, L".Late") ? 3000 : 60);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE do_unadvise(Lmx *lmx, LONG server, LONG handle) {
    Item *item = find(lmx, server, handle);
    if (!item || !item->advised) return E_INVALIDARG;
    item->advised = item->told = FALSE; item->data_at = 0;
    return S_OK;
}

static HRESULT write(Lmx *lmx, LONG server, LONG handle, VARIANT *value, double time, BOOL secured, LONG user, LONG verifier) {
    MxStatus done = { -1, 0, 5, 0 }, needs = { 0, 6, 5, 1012 }, pending = { -1, 1, 0, 0 }, type = { 0, 5, 5, 1005 };
    Item *item = find(lmx, server, handle);
    BOOL verified;
    if (!item || !item->advised || (!item->told && !ends(item->tag, L".Silent"))) return E_INVALIDARG;
    if (item->writing) return E_FAIL;
    item->writing = TRUE; item->written = done; item->again = FALSE;
    verified = ends(item->tag, L".Verified");
    if ((verified && !(secured && user == 11 && verifier == 12)) || (ends(item->tag, L".Secured") && !(secured && user))) {
        needs.detail = verified ? 1013 : 1012;
        item->written = needs;
    } else if (V_VT(value) != V_VT(&item->value)) item->written = type;
    else { VariantCopy(&item->value, value); item->time = time; }
    if (ends(item->tag, L".Pending")) { item->written = pending; item->again = TRUE; }
    item->written_at = ends(item->tag, L".Silent") ? 0 : in_ms(60);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE do_write(Lmx *l, LONG s, LONG h, VARIANT v, LONG u) { return write(l, s, h, &v, 0, FALSE, u, 0); }
static HRESULT STDMETHODCALLTYPE do_write_secured(Lmx *l, LONG s, LONG h, LONG u, LONG w, VARIANT v) { return write(l, s, h, &v, 0, TRUE, u, w); }
static HRESULT STDMETHODCALLTYPE do_write2(Lmx *l, LONG s, LONG h, VARIANT v, VARIANT t, LONG u) { return V_VT(&t) == VT_DATE ? write(l, s, h, &v, V_DATE(&t), FALSE, u, 0) : E_INVALIDARG; }
static HRESULT STDMETHODCALLTYPE do_write_secured2(Lmx *l, LONG s, LONG h, LONG u, LONG w, VARIANT v, VARIANT t) { return V_VT(&t) == VT_DATE ? write(l, s, h, &v, V_DATE(&t), TRUE, u, w) : E_INVALIDARG; }

static HRESULT STDMETHODCALLTYPE do_authenticate(Lmx *l, LONG s, BSTR user, BSTR password, LONG *out) {
    if (!user || !password || wcscmp(password, L"right")) return E_INVALIDARG;
    *out = wcscmp(user, L"operator") ? 12 : 11;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE do_user_to_id(Lmx *l, LONG s, BSTR guid, LONG *out) { *out = 21; return S_OK; }

static HRESULT STDMETHODCALLTYPE do_suspend(Lmx *lmx, LONG server, LONG handle, MxStatus *out) {
    MxStatus pending = { -1, 1, 0, 0 };
    Item *item = find(lmx, server, handle);
    if (!item || !item->advised) return E_INVALIDARG;
    item->suspended = TRUE; item->operated_at = in_ms(230); *out = pending;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE do_activate(Lmx *lmx, LONG server, LONG handle, MxStatus *out) {
    MxStatus good = { -1, 0, 0, 0 }, pending = { -1, 1, 0, 0 };
    Item *item = find(lmx, server, handle);
    if (!item) return E_INVALIDARG;
    *out = item->suspended ? pending : good;
    if (item->suspended) item->operated_at = in_ms(230);
    item->suspended = FALSE;
    return S_OK;
}

static const void *const methods[] = {
    query, add_ref, release, d_count, d_info, d_names, d_invoke,
    do_register, do_unregister, do_add, do_remove, do_advise, do_unadvise, do_write, do_write_secured, do_authenticate,
    do_user_to_id, do_add2, do_write2, do_write_secured2, do_suspend, do_activate, do_advise, do_add_buffered, do_interval,
};

/* ---- connection points */

static HRESULT STDMETHODCALLTYPE c_query(void *p, REFIID i, void **o) { return query(OF_CONTAINER(p), i, o); }
static ULONG STDMETHODCALLTYPE c_add_ref(void *p) { return add_ref(OF_CONTAINER(p)); }
static ULONG STDMETHODCALLTYPE c_release(void *p) { return release(OF_CONTAINER(p)); }
static HRESULT STDMETHODCALLTYPE c_enum(void *p, void **o) { *o = NULL; return E_NOTIMPL; }
static HRESULT STDMETHODCALLTYPE c_find(void *p, REFIID iid, void **out) {
    Lmx *lmx = OF_CONTAINER(p);
    int i;
    for (i = 0; i < 2; i++)
        if (IsEqualIID(iid, lmx->points[i].iid) && (i == 0 || version() >= 5)) { *out = &lmx->points[i]; add_ref(lmx); return S_OK; }
    *out = NULL;
    return CONNECT_E_NOCONNECTION;
}
static const void *const container[] = { c_query, c_add_ref, c_release, c_enum, c_find };

static HRESULT STDMETHODCALLTYPE p_query(Point *p, REFIID iid, void **out) {
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IConnectionPoint)) { *out = p; add_ref(p->owner); return S_OK; }
    *out = NULL;
    return E_NOINTERFACE;
}
static ULONG STDMETHODCALLTYPE p_add_ref(Point *p) { return add_ref(p->owner); }
static ULONG STDMETHODCALLTYPE p_release(Point *p) { return release(p->owner); }
static HRESULT STDMETHODCALLTYPE p_interface(Point *p, IID *out) { *out = *p->iid; return S_OK; }
static HRESULT STDMETHODCALLTYPE p_container(Point *p, void **out) { *out = &p->owner->container; add_ref(p->owner); return S_OK; }
static HRESULT STDMETHODCALLTYPE p_advise(Point *p, IUnknown *sink, DWORD *cookie) {
    *cookie = 0;
    if (p->sink) return CONNECT_E_ADVISELIMIT;
    if (FAILED(IUnknown_QueryInterface(sink, p->iid, (void **)&p->sink))) return CONNECT_E_CANNOTCONNECT;
    *cookie = 1;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE p_unadvise(Point *p, DWORD cookie) {
    if (cookie != 1 || !p->sink) return CONNECT_E_NOCONNECTION;
    IDispatch_Release(p->sink); p->sink = NULL;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE p_enum(Point *p, void **o) { *o = NULL; return E_NOTIMPL; }
static const void *const point[] = { p_query, p_add_ref, p_release, p_interface, p_container, p_advise, p_unadvise, p_enum };

/* ---- the class */

static HRESULT STDMETHODCALLTYPE f_query(void *p, REFIID iid, void **out) {
    *out = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IClassFactory) ? p : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}
static ULONG STDMETHODCALLTYPE f_ref(void *p) { return 2; }
static HRESULT STDMETHODCALLTYPE f_create(void *p, IUnknown *outer, REFIID iid, void **out) {
    WNDCLASSW kind = { 0 };
    Lmx *lmx;
    HRESULT result;
    *out = NULL;
    if (outer) return CLASS_E_NOAGGREGATION;
    if (!(lmx = calloc(1, sizeof *lmx))) return E_OUTOFMEMORY;
    InterlockedIncrement(&alive);
    lmx->vtbl = methods; lmx->container = container; lmx->refs = 1; lmx->interval = 1000;
    lmx->points[0].vtbl = lmx->points[1].vtbl = point;
    lmx->points[0].owner = lmx->points[1].owner = lmx;
    lmx->points[0].iid = &IID_Events; lmx->points[1].iid = &IID_Events2;
    kind.lpfnWndProc = ticked; kind.lpszClassName = L"LmxStandIn"; kind.hInstance = GetModuleHandleW(NULL);
    RegisterClassW(&kind);
    lmx->window = CreateWindowExW(0, L"LmxStandIn", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, kind.hInstance, NULL);
    SetWindowLongPtrW(lmx->window, GWLP_USERDATA, (LONG_PTR)lmx);
    SetTimer(lmx->window, 1, TICK_MS, NULL);
    result = query(lmx, iid, out);
    release(lmx);
    return result;
}
static HRESULT STDMETHODCALLTYPE f_lock(void *p, BOOL lock) { return S_OK; }
static const void *const factory_methods[] = { f_query, f_ref, f_ref, f_create, f_lock };
static const void *const *factory = factory_methods;

#ifndef PROGRAM
HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out) {
    *out = NULL;
    return IsEqualCLSID(clsid, &CLSID_Lmx) ? f_query(&factory, iid, out) : CLASS_E_CLASSNOTAVAILABLE;
}
HRESULT WINAPI DllCanUnloadNow(void) { return alive ? S_FALSE : S_OK; }
#else
DEFINE_GUID(GUID_Status, 0xA162D9E4, 0x9019, 0x42F3, 0xA0, 0x87, 0x79, 0x26, 0x40, 0x07, 0xE5, 0x42);
DEFINE_GUID(LIBID_Lmx, 0x77E896EC, 0xB3E3, 0x4DE4, 0xB9, 0x6F, 0xF3, 0x25, 0x70, 0x16, 0x42, 0x11);
#define CLASS_KEY L"Software\\Classes\\CLSID\\{C30B52F5-2CB5-4760-AF0A-3A344A7EB5DC}"

static int set_up(const WCHAR *path, BOOL in) {
    HKEY key;
    ITypeLib *library;
    HRESULT result;
    if (!in) {
        RegDeleteKeyW(HKEY_LOCAL_MACHINE, CLASS_KEY L"\\LocalServer32");
        RegDeleteKeyW(HKEY_LOCAL_MACHINE, CLASS_KEY);
        return FAILED(UnRegisterTypeLib(&LIBID_Lmx, 3, 2, 0, SYS_WIN32));
    }
    if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, CLASS_KEY L"\\LocalServer32", 0, NULL, 0, KEY_WRITE, NULL, &key, NULL)) return 1;
    RegSetValueExW(key, NULL, 0, REG_SZ, (const BYTE *)path, (wcslen(path) + 1) * sizeof *path);
    RegCloseKey(key);
    result = LoadTypeLibEx(path, REGKIND_REGISTER, &library);
    if (SUCCEEDED(result)) ITypeLib_Release(library);
    return FAILED(result);
}

int WINAPI WinMain(HINSTANCE self, HINSTANCE before, LPSTR line, int show) {
    WCHAR path[MAX_PATH];
    ITypeInfo *kind;
    MSG message;
    DWORD written;
    CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
    GetModuleFileNameW(NULL, path, MAX_PATH);
    if (strstr(line, "/register")) return set_up(path, TRUE);
    if (strstr(line, "/unregister")) return set_up(path, FALSE);
    end = CreateEventW(NULL, TRUE, FALSE, L"LmxStandInEnd");
    if (strstr(line, "/end")) return !SetEvent(end);
    main_thread = GetCurrentThreadId();
    PeekMessageW(&message, NULL, 0, 0, PM_NOREMOVE); /* its queue is there before anybody posts to it */
    if (!(kind = info(&GUID_Status)) || FAILED(GetRecordInfoFromTypeInfo(kind, &record))) return 2;
    if (FAILED(CoRegisterClassObject(&CLSID_Lmx, (IUnknown *)&factory, CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE, &cookie))) return 3;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "serves\n", 7, &written, NULL); /* for whoever started it by hand */
    for (message.message = 0; message.message != WM_QUIT;) {
        if (MsgWaitForMultipleObjects(1, &end, FALSE, INFINITE, QS_ALLINPUT) == WAIT_OBJECT_0) die();
        while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE) && message.message != WM_QUIT) {
            TranslateMessage(&message); DispatchMessageW(&message);
        }
    }
    CoRevokeClassObject(cookie);
    IRecordInfo_Release(record);
    CoUninitialize();
    return 0;
}
#endif
